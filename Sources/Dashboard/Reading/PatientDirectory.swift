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
    /// In order.
    var groups: [GroupID] = []
  }

  /// A group as it is known.
  struct Group: Hashable, Sendable {
    let createdAt: UnixMicroseconds
    /// `nil` while the vault cannot be asked.
    let name: GroupName?
  }

  /// By pseudonym.
  private(set) var patients: [Pseudonym: Patient] = [:]
  /// By their names in addresses.
  private(set) var groups: [GroupID: Group] = [:]
  /// By device: who wears it, and since when.
  private var worn: [DeviceID: DeviceAssignment] = [:]
  /// Whether every identity could be opened.
  private(set) var isComplete = true

  /// Knows nobody.
  init() {}

  /// Whose is what a device sent at a time; `nil` for what it sent before it was handed to who wears it now: that may be
  /// somebody else's.
  func wearer(of device: DeviceID, at time: UnixMicroseconds) -> Pseudonym? {
    guard let assignment = worn[device], time >= assignment.since else { return nil }
    return assignment.pseudonym
  }

  /// The devices of patients in a scope, with those that they handed on to nobody else.
  func devices(in scope: PatientScope) -> [DeviceID] {
    worn.values.filter { scope.includes($0.pseudonym) }.map(\.device).sorted { $0.name < $1.name }
  }

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
      worn[assignment.device] = assignment
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
    for record in try await registry.groups() {
      let name = try? seal?.name(record)
      if name == nil { isComplete = false }
      groups[record.id] = Group(createdAt: record.createdAt, name: name)
    }
    for membership in try await registry.memberships() where groups[membership.group] != nil {
      patients[membership.pseudonym]?.groups.append(membership.group)
    }
  }
}
