package import Wire

/// One key of the vault, as a report shows it; never its bytes.
package struct KeyReport: Sendable, Codable {
  /// `device/pump-1/2` or `own/device-ca/1`.
  package let id: String
  /// Whose; `nil` for the vault's own.
  package let device: DeviceID?
  /// From 1.
  package let version: UInt32
  /// Where it is in its life.
  package let state: KeyState
  /// Unix time in microseconds.
  package let created: UInt64
  /// Unix time in microseconds; `nil` before.
  package let activated: UInt64?
  /// Unix time in microseconds; `nil` before.
  package let deactivated: UInt64?
  /// Unix time in microseconds; `nil` if it never was.
  package let lastUsed: UInt64?
  /// How often keys were derived from it.
  package let uses: UInt64
}

/// One enrolled device.
package struct DeviceReport: Sendable, Codable {
  /// Its id.
  package let device: DeviceID
  /// Unix time of its latest enrolment in microseconds.
  package let enrolled: UInt64
  /// Serial number of its certificate, hexadecimal.
  package let certificateSerial: String
  /// Version that it was asked to make and did not hand over yet.
  package let pendingVersion: UInt32?
  /// Its data keys, oldest first.
  package let keys: [KeyReport]
}

/// What a reviewer wants to see first.
package struct VaultReport: Sendable, Codable {
  /// Number of devices.
  package let devices: Int
  /// Number of device keys, by state.
  package let deviceKeys: [String: Int]
  /// The vault's own keys.
  package let ownKeys: [KeyReport]
  /// Claims that could be used now.
  package let openClaims: Int
  /// Entries of the audit log.
  package let auditEntries: UInt64
  /// Head of the audit log, hexadecimal.
  package let auditHead: String
  /// Whether secrets lie in locked memory.
  package let areSecretsLocked: Bool
}
