package import Decryptor
public import KeyVaultClient
internal import Sealing
public import Store
public import Wire

/// Adds patients and says which device they wear: for the operator's console and the administrator's page.
///
/// ```swift
/// let patients = PatientAdministration(registry: store, keys: vault)
/// let pseudonym = try await patients.create(PatientIdentity(name: "Anna Muster"), wearing: device)
/// ```
public struct PatientAdministration: Sendable {
  /// Characters of a pseudonym while patients are few, and the number of patients from which on it gets two more.
  private static let shortLength = 4
  private static let manyPatients = 1000

  private let registry: any RegistryStore
  private let keys: any SessionKeySource
  private let time: Timekeeper

  /// - Parameters:
  ///   - registry: Where patients rest.
  ///   - keys: Gives the record key that seals identities.
  public init(registry: any RegistryStore, keys: any SessionKeySource) {
    self.init(registry: registry, keys: keys, time: .system)
  }

  package init(registry: any RegistryStore, keys: any SessionKeySource, time: Timekeeper) {
    self.registry = registry
    self.keys = keys
    self.time = time
  }

  /// Adds a patient under a new random pseudonym, and hands out a device.
  /// - Throws: `KeyVaultError`, `StoreError`, `SealingError`.
  public func create(_ identity: PatientIdentity, wearing device: DeviceID? = nil) async throws -> Pseudonym {
    let seal = try await IdentitySeal(key: keys.recordKey(.patients))
    let pseudonym = try await freshPseudonym()
    let now = time.unixMicroseconds()
    let box = try seal.seal(identity, for: pseudonym)
    try await registry.put(PatientRecord(pseudonym: pseudonym, box: box, createdAt: now))
    if let device { try await registry.assign(device, to: pseudonym, at: now) }
    return pseudonym
  }

  /// Hands a device to a patient, or takes it back.
  /// - Throws: ``AccountError`` for a patient who does not exist, `StoreError`.
  public func assign(_ device: DeviceID, to pseudonym: Pseudonym?) async throws {
    if let pseudonym, try await registry.patient(pseudonym) == nil {
      throw AccountError(.unknown, "There is no patient of that pseudonym.")
    }
    try await registry.assign(device, to: pseudonym, at: time.unixMicroseconds())
  }

  private func freshPseudonym() async throws -> Pseudonym {
    let taken = Set(try await registry.patients().map(\.pseudonym))
    let length = taken.count < Self.manyPatients ? Self.shortLength : Self.shortLength + 2
    let fresh = try PublicName.fresh(length: length) { text in
      Pseudonym("P-" + text).flatMap { taken.contains($0) ? nil : $0 }
    }
    guard let fresh else { throw AccountError(.exists, "No free pseudonym was found.") }
    return fresh
  }
}
