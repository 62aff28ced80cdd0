internal import Wire

/// What a key is for: one row of the inventory's first column, of `docs/security/algorithms.md`, and of the policy.
package enum KeyRole: String, Sendable, CaseIterable, Codable {
  /// Wraps the tenant key-encryption key, and nothing else; never in the vault's file.
  case root
  /// Wraps every other key of the vault.
  case tenantKeyEncryptionKey = "tenant-kek"
  /// Data key of a device: session keys and findings keys are derived from it.
  case device
  /// Opens and seals what is derived from a session. Derived from the device key, never stored.
  case findings
  /// Private key in a device, certificate here.
  case deviceIdentity = "device-identity"
  /// Identity of a service or server: made at provisioning, private key in memory.
  case serviceIdentity = "service-identity"
  /// Identity of a person who administers or audits keys.
  case personIdentity = "person-identity"
  /// Issues certificates of devices.
  case deviceAuthority = "device-ca"
  /// Issues certificates of services and persons.
  case serviceAuthority = "service-ca"
  /// Opens what devices seal to the vault.
  case enrolment = "hpke-enrolment"
  /// Signs checkpoints of the audit log and certificates of destruction.
  case auditSigning = "audit-signing"
  /// Seals names and particulars of patients.
  case patientRecords = "record-patients"
  /// Seals backups of the vault.
  case backup

  /// One sentence for a report.
  package var purpose: String {
    switch self {
    case .root: "wraps the tenant key-encryption key and the backup key"
    case .tenantKeyEncryptionKey: "wraps every key at rest in the vault"
    case .device: "derives the session and findings keys of one device's sessions"
    case .findings: "seals findings, checkpoints and alerts of one session; derived, never stored"
    case .deviceIdentity: "signs a device in to mosquitto and the vault; the private key never leaves the device"
    case .serviceIdentity: "signs a service in; the private key lies in memory and is made anew at each start"
    case .personIdentity: "signs a person in to the vault"
    case .deviceAuthority: "issues certificates of devices"
    case .serviceAuthority: "issues certificates of services and persons"
    case .enrolment: "opens the data keys that devices seal to the vault"
    case .auditSigning: "signs checkpoints of the audit log and certificates of destruction"
    case .patientRecords: "seals names and particulars of patients"
    case .backup: "seals backups of the vault"
    }
  }

  /// Algorithm and size.
  package var algorithm: String {
    switch self {
    case .root, .tenantKeyEncryptionKey: "AES-256-GCM key wrapping"
    case .device: "HKDF-SHA256, 256 bit"
    case .findings, .patientRecords, .backup: "AES-256-GCM"
    case .deviceIdentity, .serviceIdentity, .personIdentity, .deviceAuthority, .serviceAuthority: "ECDSA P-256"
    case .enrolment: "HPKE DHKEM(P-256, HKDF-SHA256)"
    case .auditSigning: "Ed25519"
    }
  }
}

/// Which key: its id in reports, in the audit log and on the command line.
package struct KeyName: Hashable, Sendable, Codable, CustomStringConvertible {
  /// What it is for.
  package let role: KeyRole
  /// Whose it is; empty for the vault's own.
  package let owner: String
  /// From 1.
  package let version: UInt32

  /// Names a key.
  package init(_ role: KeyRole, owner: String = "", version: UInt32) {
    self.role = role
    self.owner = owner
    self.version = version
  }

  static func device(_ device: DeviceID, _ version: KeyVersion) -> KeyName {
    KeyName(.device, owner: device.name, version: version.rawValue)
  }

  /// `device/pump-1/2`, `tenant-kek/1`.
  package var description: String {
    owner.isEmpty ? "\(role.rawValue)/\(version)" : "\(role.rawValue)/\(owner)/\(version)"
  }
}
