package import Wire

/// One key of the vault, as a report shows it; never its bytes.
package struct KeyReport: Sendable, Codable {
  /// `device/pump-1/2` or `device-ca/1`.
  package let id: String
  /// What it is for.
  package let role: KeyRole
  /// The same in a sentence.
  package let purpose: String
  /// Algorithm and size.
  package let algorithm: String
  /// Whose: a device, a service, a person; `nil` for the vault's own.
  package let owner: String?
  /// From 1.
  package let version: UInt32
  /// Where it is in its life.
  package let state: KeyState
  /// For how long it protects new data, in seconds; `nil` where nothing sets an end.
  package let cryptoPeriod: UInt64?
  /// Unix time in microseconds.
  package let created: UInt64
  /// Unix time in microseconds; `nil` before.
  package let activated: UInt64?
  /// When it is to be replaced, Unix time in microseconds.
  package let due: UInt64?
  /// Unix time in microseconds; `nil` before.
  package let deactivated: UInt64?
  /// Unix time in microseconds; `nil` where it never was.
  package let compromised: UInt64?
  /// Unix time in microseconds; `nil` before.
  package let destroyed: UInt64?
  /// Unix time in microseconds; `nil` if it never was.
  package let lastUsed: UInt64?
  /// How often it was used: keys derived, keys wrapped, certificates issued, as its role says.
  package let uses: UInt64
  /// What counts against ``limit``; for a device key, sessions.
  package let counted: UInt64
  /// Most of what is counted; `nil` where the algorithm sets no bound.
  package let limit: UInt64?
  /// What is counted: `sessions`, `wraps`, `records`, `backups`.
  package let limitOf: String?
  /// The key that wraps it; `nil` for what does not rest in the vault.
  package let wrappedBy: String?
}

/// One enrolled device.
package struct DeviceReport: Sendable, Codable {
  /// Its id.
  package let device: DeviceID
  /// Unix time of its latest enrolment in microseconds.
  package let enrolled: UInt64
  /// Serial number of its certificate, hexadecimal.
  package let certificateSerial: String
  /// Unix time at which its certificate ends, in microseconds.
  package let certificateExpires: UInt64
  /// Its X.509 identity; the private key never leaves the device.
  package let identity: KeyReport
  /// Version that it was asked to make and did not hand over yet.
  package let pendingVersion: UInt32?
  /// Unix time in microseconds; `nil` while it may use MQTT.
  package let revoked: UInt64?
  /// Whether a destruction of its keys is scheduled.
  package let isDestructionScheduled: Bool
  /// Why nothing of it may be destroyed; `nil` without a legal hold.
  package let legalHold: String?
  /// Its data keys, oldest first.
  package let keys: [KeyReport]
}

/// What a reviewer wants to see first.
package struct VaultReport: Sendable, Codable {
  /// When it was made, Unix time in microseconds.
  package let made: UInt64
  /// Number of devices.
  package let devices: Int
  /// Number of devices that were revoked.
  package let revokedDevices: Int
  /// Number of device keys, by state.
  package let deviceKeys: [String: Int]
  /// The root, the vault's own keys, and the identities of services and persons.
  package let ownKeys: [KeyReport]
  /// Keys of every role that are past their crypto-period or near their limit.
  package let overdue: [KeyReport]
  /// What is derived and never stored.
  package let derived: [String]
  /// Claims that could be used now.
  package let openClaims: Int
  /// Proposals that wait for a second person.
  package let openProposals: Int
  /// Destructions that wait for their time.
  package let waitingDestructions: Int
  /// Legal holds.
  package let legalHolds: Int
  /// Backups that were made under the present backup key: none right after a destruction, which makes earlier ones void.
  package let presentBackups: Int
  /// Sessions whose keys were ever asked for.
  package let sessions: Int
  /// Entries of the audit log.
  package let auditEntries: UInt64
  /// Head of the audit log, hexadecimal.
  package let auditHead: String
  /// The audit key, hexadecimal.
  package let auditPublicKey: String
  /// How far the rewrap under the present tenant key is.
  package let rewrap: RewrapProgress
  /// Whether secrets lie in locked memory.
  package let areSecretsLocked: Bool
}
