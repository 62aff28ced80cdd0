/// For how long keys protect new data, how often they may be used, and how long a destruction waits.
///
/// Periods follow SP 800-57 Part 1 Rev. 5 §5.3.6 (table 1) and stay within them; limits follow SP 800-38D §8.3.
package struct KeyPolicy: Sendable, Hashable {
  private static let day: UInt64 = 86_400

  /// Crypto-period of a device's data key in seconds: a new one is asked for when it ends.
  package var deviceKeyPeriod: UInt64 = 90 * day
  /// Crypto-period of the tenant key-encryption key in seconds.
  package var tenantKeyPeriod: UInt64 = 365 * day
  /// Shortest time between the approval of a destruction and the destruction, in days.
  package static let shortestWait = 7
  /// Longest such time, and the one that is taken where none is named, in days.
  package static let longestWait = 30
  /// Most sessions under one data key. HKDF would bear more; a device that begins so many is broken.
  package static let sessionLimit: Int64 = 1 << 20
  /// Sessions under one data key after which a new one is asked for: three quarters of the limit.
  package static let sessionWarning: Int64 = sessionLimit / 4 * 3
  /// Most wraps under one key-encryption key: half of what SP 800-38D §8.3 allows with random nonces.
  package static let wrapLimit: Int64 = 1 << 31
  /// Most chunks under one session key: the wire format's largest sequence number.
  package static let chunkLimit: Int64 = 1 << 32
  /// Most records or files under one key with random nonces (SP 800-38D §8.3).
  package static let recordLimit: Int64 = 1 << 32
  /// How long a proposal waits for a second person, in seconds.
  package static let proposalLife: UInt64 = 7 * day

  /// What this program does where nobody says otherwise.
  package static let standard = KeyPolicy()

  /// The crypto-period of a role in seconds; `nil` where none is set here.
  package func period(of role: KeyRole) -> UInt64? {
    switch role {
    case .device: deviceKeyPeriod
    case .tenantKeyEncryptionKey: tenantKeyPeriod
    case .root: 2 * 365 * Self.day
    case .enrolment, .auditSigning, .patientRecords: 3 * 365 * Self.day
    case .backup: 365 * Self.day
    // A certificate says itself until when; a session key lives for a session.
    case .deviceAuthority, .serviceAuthority, .deviceIdentity, .serviceIdentity, .personIdentity, .findings: nil
    }
  }

  /// How often a key of a role may be used, and what a use is; `nil` where its algorithm sets no bound.
  package static func limit(of role: KeyRole) -> (count: Int64, of: String)? {
    switch role {
    case .device: (sessionLimit, "sessions")
    case .tenantKeyEncryptionKey: (wrapLimit, "wraps")
    case .findings, .patientRecords: (recordLimit, "records")
    case .backup: (recordLimit, "backups")
    case .root: (wrapLimit, "wraps")
    case .deviceIdentity, .serviceIdentity, .personIdentity, .deviceAuthority, .serviceAuthority, .enrolment,
      .auditSigning:
      nil
    }
  }
}
