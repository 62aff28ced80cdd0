internal import Store
internal import Wire

/// Who is registered: no ECG, no clinical value.
struct RegisteredPatientView: Encodable, Sendable {
  let patient: String
  /// For administrators alone.
  let name: String?
  let birthDate: String?
  let device: String?
  let deviceSinceMs: UInt64?
  let createdMs: UInt64
}

/// A device and how well its data arrive.
struct DeviceView: Encodable, Sendable {
  let device: String
  let patient: String?
  let link: String?
  let linkSinceMs: UInt64?
  let receivedMs: UInt64?
  let committed: UInt64
  let duplicates: UInt64
  let reordered: UInt64
  let refused: UInt64
  let lost: UInt64
  let backlog: UInt64
  /// 0…1.
  let completeness: Double
  let latencyMs: LatencyPercentiles?
  let jitterMs: Double?
  let firmware: String?

  init(_ telemetry: DeviceTelemetry, patient: Pseudonym?) {
    device = telemetry.device.name
    self.patient = patient?.name
    link = telemetry.status?.rawValue
    linkSinceMs = telemetry.statusSince.map { $0 / 1000 }
    receivedMs = telemetry.lastReceivedAt.map { $0 / 1000 }
    committed = telemetry.committed
    duplicates = telemetry.duplicates
    reordered = telemetry.reordered
    refused = telemetry.refused
    lost = telemetry.lost
    backlog = telemetry.backlog
    completeness = telemetry.completeness
    latencyMs = telemetry.latencyMilliseconds
    jitterMs = telemetry.jitterMilliseconds
    firmware = telemetry.firmware.map { "\($0 >> 16).\($0 >> 8 & 0xFF).\($0 & 0xFF)" }
  }
}

/// An account without its password's hash.
struct AccountView: Encodable, Sendable {
  let name: String
  let role: String
  let isDisabled: Bool
  /// For clinicians alone.
  let seesAllPatients: Bool?
  /// Pseudonyms of whom a clinician may see who does not see all: those assigned one by one.
  let patients: [String]?
  /// Groups of which a clinician sees everybody.
  let groups: [String]?
  let createdMs: UInt64

  init(_ account: AccountRecord, care: [CareAssignment], groups: [GroupCare]) {
    let isClinician = account.role == .clinician
    seesAllPatients = isClinician ? account.seesAllPatients : nil
    patients = isClinician ? care.filter { $0.group == nil }.map(\.pseudonym.name) : nil
    self.groups = isClinician ? groups.map(\.group.name) : nil
    name = account.name
    role = account.role.rawValue
    isDisabled = account.isDisabled
    createdMs = account.createdAt / 1000
  }
}
