internal import Decryptor
internal import KeyVaultClient
internal import Store
internal import Wire

/// Who wears which device, with names where the vault's record key could be had.
struct PatientDirectory: Sendable {
  /// A patient of the ward.
  struct Patient: Hashable, Sendable {
    let pseudonym: Pseudonym
    /// `nil` while the vault cannot be asked.
    let identity: PatientIdentity?
    let createdAt: UnixMicroseconds
    /// The device that was handed out last.
    let device: DeviceID?
    let deviceSince: UnixMicroseconds?
  }

  /// By pseudonym.
  private(set) var patients: [Pseudonym: Patient] = [:]
  /// By device.
  private(set) var wearers: [DeviceID: Pseudonym] = [:]
  /// Whether every identity could be opened.
  private(set) var isComplete = true

  /// Knows nobody.
  init() {}

  /// Reads the registry.
  init(registry: any RegistryStore, keys: any SessionKeySource) async throws {
    let records = try await registry.patients()
    let assignments = try await registry.assignments()
    let seal: IdentitySeal?
    do {
      seal = try await IdentitySeal(key: keys.recordKey(.patients))
    } catch {
      seal = nil
    }
    var devices: [Pseudonym: DeviceAssignment] = [:]
    for assignment in assignments {
      guard let pseudonym = assignment.pseudonym else { continue }
      wearers[assignment.device] = pseudonym
      if let other = devices[pseudonym], other.since >= assignment.since { continue }
      devices[pseudonym] = assignment
    }
    for record in records {
      let identity = try? seal?.identity(record)
      if identity == nil { isComplete = false }
      patients[record.pseudonym] = Patient(
        pseudonym: record.pseudonym, identity: identity, createdAt: record.createdAt,
        device: devices[record.pseudonym]?.device, deviceSince: devices[record.pseudonym]?.since)
    }
  }
}
