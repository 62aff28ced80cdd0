internal import Wire

/// What a wrapped key is: the additional data of its wrapping, so that a row moved, renamed or given another state
/// does not unwrap. The version of the wrapping key is not part of it: rewrapping changes nothing of what a key is.
struct KeyContext: Sendable {
  /// The one tenant of this vault; further tenants get key-encryption keys of their own.
  static let tenant = "default"

  /// What the key is for: `device`, or the name of one of the vault's own keys.
  let role: String
  /// Whose key it is; for the vault's own the root that wraps it, or empty.
  let owner: String
  let version: UInt32
  let state: KeyState

  static func device(_ device: DeviceID, _ version: KeyVersion, _ state: KeyState) -> KeyContext {
    KeyContext(role: "device", owner: device.name, version: version.rawValue, state: state)
  }

  /// A key of the vault's own.
  /// - Parameter root: version of the root, for what the root wraps: nothing that an earlier root wrapped unwraps under a
  ///   later one.
  static func own(_ name: OwnKey, version: UInt32, state: KeyState, root: UInt32? = nil) -> KeyContext {
    KeyContext(role: name.rawValue, owner: root.map { "root/\($0)" } ?? "", version: version, state: state)
  }

  var encoded: [UInt8] {
    var writer = CBORWriter(reservingCapacity: 96)
    writer.beginArray(6)
    writer.write(text: "SealedBeat/1 key")
    writer.write(text: Self.tenant)
    writer.write(text: role)
    writer.write(text: owner)
    writer.write(UInt64(version))
    writer.write(text: state.rawValue)
    return writer.bytes
  }
}

/// The vault's own keys, each wrapped: by the root, or by the tenant key-encryption key.
enum OwnKey: String, Sendable, CaseIterable {
  case tenantKeyEncryptionKey = "tenant-kek"
  case backup
  case deviceAuthority = "device-ca"
  case serviceAuthority = "service-ca"
  case enrolment = "hpke-enrolment"
  case auditSigning = "audit-signing"
  case patientRecords = "record-patients"

  /// Whether the root wraps it: what must open where the rest of the vault is not at hand.
  var isUnderRoot: Bool { self == .tenantKeyEncryptionKey || self == .backup }

  var role: KeyRole {
    switch self {
    case .tenantKeyEncryptionKey: .tenantKeyEncryptionKey
    case .backup: .backup
    case .deviceAuthority: .deviceAuthority
    case .serviceAuthority: .serviceAuthority
    case .enrolment: .enrolment
    case .auditSigning: .auditSigning
    case .patientRecords: .patientRecords
    }
  }
}
