/// Why the vault refused or could not carry out an operation.
///
/// Equality is on the code alone. The reason is prose for a person and never holds a secret.
package struct VaultError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Stable name of the failure: appears in answers, metrics and the audit log.
  package enum Code: String, Sendable, CaseIterable {
    /// The message breaks `docs/wire-format.md`, or an argument is out of its range.
    case badRequest = "bad-request"
    /// HPKE could not open the message: not sealed to this vault, or altered.
    case unopenable
    /// The claim token is unknown, used, expired or revoked; which of these only the audit log says.
    case claimRefused = "claim-refused"
    /// The certificate request is not a P-256 request of the claimed device, or its signature is wrong.
    case badCertificateRequest = "bad-certificate-request"
    /// No such device.
    case unknownDevice = "unknown-device"
    /// No such key, claim, grant or service.
    case unknown
    /// The device was revoked: its certificate and its keys are good for nothing new.
    case deviceRevoked = "device-revoked"
    /// The key has been used as often as it may.
    case limitReached = "limit-reached"
    /// A second person has to approve this first, or the person who approves is the one who proposed.
    case needsSecondPerson = "needs-second-person"
    /// A legal hold forbids it.
    case heldByLaw = "legal-hold"
    /// The key's state forbids the operation.
    case stateForbids = "state-forbids"
    /// The version is not the next one of this device.
    case unexpectedVersion = "unexpected-version"
    /// Nobody asked this device to rotate.
    case rotationNotRequested = "rotation-not-requested"
    /// A new data key equals an earlier one of the device.
    case keyReused = "key-reused"
    /// This identity may not do this.
    case forbidden
    /// This identity holds no grant for what it asked for.
    case noGrant = "no-grant"
    /// Too many failed attempts, or too much work at once: come back later.
    case tooMany = "too-many"
    /// The request took too long to arrive.
    case timedOut = "timed-out"
    /// The audit log could not be written, so nothing was done.
    case auditUnavailable = "audit-unavailable"
    /// The vault's file could not be read or written.
    case storage
    /// The root key or passphrase does not open this vault.
    case wrongRoot = "wrong-root"
    /// The root key file or passphrase file is missing, malformed or readable by others.
    case rootUnreadable = "root-unreadable"
    /// The vault is sealed: its keys are not in memory until somebody unseals it.
    case sealed
    /// There is no vault here yet.
    case notInitialised = "not-initialised"
    /// There is a vault here already.
    case alreadyInitialised = "already-initialised"
    /// Another process holds this vault open.
    case inUse = "in-use"
    /// The file contradicts itself: altered, or damaged.
    case corrupted
    /// The directory for credentials does not lie in memory.
    case notInMemory = "not-in-memory"
    /// A certificate or key could not be made or read.
    case certificate
  }

  /// What went wrong.
  package let code: Code
  /// One sentence for a person.
  package let reason: String

  /// What a sealed vault answers.
  package static let sealed = VaultError(.sealed, "the vault is sealed: an operator has to unseal it")

  /// Describes a failure.
  package init(_ code: Code, _ reason: String) {
    self.code = code
    self.reason = reason
  }

  /// `code: reason`.
  package var description: String { "\(code.rawValue): \(reason)" }

  /// Equal when the codes are.
  package static func == (left: VaultError, right: VaultError) -> Bool { left.code == right.code }

  /// Hashes the code.
  package func hash(into hasher: inout Hasher) { hasher.combine(code) }
}
