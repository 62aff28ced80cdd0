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
  /// `A`–`Z` and `2`–`9` without the letters that are read as digits: 32 symbols.
  private static let alphabet = Array("ABCDEFGHJKLMNPQRSTUVWXYZ23456789")
  /// Characters of a pseudonym while patients are few, and the number of patients from which on it gets two more.
  private static let shortLength = 4
  private static let manyPatients = 1000
  /// Collisions in a row after which something else is wrong: each has a chance of one in a thousand.
  private static let attemptLimit = 16

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
    for _ in 0..<Self.attemptLimit {
      let characters = try SecureRandom.bytes(length).map { Self.alphabet[Int($0) % Self.alphabet.count] }
      if let pseudonym = Pseudonym("P-" + String(characters)), !taken.contains(pseudonym) { return pseudonym }
    }
    throw AccountError(.exists, "No free pseudonym was found.")
  }
}
