internal import Wire

/// What a wrapped key is: the additional data of its wrapping, so that a row moved, renamed or given another state
/// does not unwrap.
struct KeyContext: Sendable {
  /// The one tenant of this vault; further tenants get key-encryption keys of their own.
  static let tenant = "default"

  /// What the key is for: `device`, or the name of one of the vault's own keys.
  let role: String
  /// Whose key it is; empty for the vault's own.
  let owner: String
  let version: UInt32
  let state: KeyState

  static func device(_ device: DeviceID, _ version: KeyVersion, _ state: KeyState) -> KeyContext {
    KeyContext(role: "device", owner: device.name, version: version.rawValue, state: state)
  }

  /// The tenant's key-encryption key under a root: one that an earlier root wrapped does not unwrap under a later one.
  static func tenant(root version: UInt32) -> KeyContext {
    KeyContext(role: OwnKey.tenantKeyEncryptionKey.rawValue, owner: "root/\(version)", version: 1, state: .active)
  }

  static func own(_ name: OwnKey) -> KeyContext {
    KeyContext(role: name.rawValue, owner: "", version: 1, state: .active)
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

/// The vault's own keys, each wrapped: the first by the root key, the others by the first.
enum OwnKey: String, Sendable, CaseIterable {
  case tenantKeyEncryptionKey = "tenant-kek"
  case deviceAuthority = "device-ca"
  case serviceAuthority = "service-ca"
  case enrolment = "hpke-enrolment"
  case auditSigning = "audit-signing"
  case patientRecords = "record-patients"
}
