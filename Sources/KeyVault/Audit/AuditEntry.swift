internal import Crypto
internal import Wire

/// One line of the audit log: who did what to which key, why, and whether it was allowed. Never a secret.
package struct AuditEntry: Hashable, Sendable {
  /// What was done or asked for.
  package enum Action: String, Sendable, CaseIterable {
    case initialise, open, close, seal, unseal
    case unsealShare = "unseal-share"
    case releaseSessionKey = "release-session-key"
    case releaseRecordKey = "release-record-key"
    case createClaim = "create-claim"
    case revokeClaim = "revoke-claim"
    case enrol
    case requestRotation = "request-rotation"
    case rotate
    case rotateTenant = "rotate-tenant"
    case rotateRoot = "rotate-root"
    case rewrap, suspend, resume, deactivate, revoke, reinstate
    case reportCompromise = "report-compromise"
    case propose, approve, withdraw
    case scheduleDestruction = "schedule-destruction"
    case cancelDestruction = "cancel-destruction"
    case legalHold = "legal-hold"
    case releaseHold = "release-hold"
    case destroy
    case admitSession = "admit-session"
    case addPerson = "add-person"
    case removePerson = "remove-person"
    case addGrant = "add-grant"
    case removeGrant = "remove-grant"
    case issueCertificate = "issue-certificate"
    case backup, restore
    case readAudit = "read-audit"
    case exportAudit = "export-audit"
    case readInventory = "read-inventory"
    case prove, clock, alarm
    case access
  }

  /// Whether it happened.
  package enum Outcome: String, Sendable, CaseIterable {
    case done, refused
  }

  /// Place in the log, from 1 without holes.
  package let sequence: UInt64
  /// Unix time in microseconds.
  package let time: UInt64
  /// Who: a service id, `device:` and a device id, `enrolment`, or `local` for the command line beside the vault's file.
  package let actor: String
  /// What.
  package let action: Action
  /// Whether it happened.
  package let outcome: Outcome
  /// Which key or object: `device/pump-1/2`, `record/patients`, `claim/pump-1`.
  package let object: String
  /// What for: a key purpose, or empty.
  package let purpose: String
  /// Why, or why not: a session, a stable code, a number. May be empty.
  package let reason: String

  /// States what was done.
  package init(
    sequence: UInt64, time: UInt64, actor: String, action: Action, outcome: Outcome, object: String, purpose: String,
    reason: String
  ) {
    self.sequence = sequence
    self.time = time
    self.actor = actor
    self.action = action
    self.outcome = outcome
    self.object = object
    self.purpose = purpose
    self.reason = reason
  }

  /// The canonical form that is hashed: a CBOR array of eight items.
  package var encoded: [UInt8] {
    var writer = CBORWriter(reservingCapacity: 160)
    writer.beginArray(8)
    writer.write(sequence)
    writer.write(time)
    writer.write(text: actor)
    writer.write(text: action.rawValue)
    writer.write(text: outcome.rawValue)
    writer.write(text: object)
    writer.write(text: purpose)
    writer.write(text: reason)
    return writer.bytes
  }
}

/// The hash chain of the log. Leaf and node hashing are those of RFC 6962 §2.1, so that a leaf can never be taken for a
/// node: head(n) = SHA-256(1 ‖ head(n−1) ‖ SHA-256(0 ‖ entry(n))).
package enum AuditChain {
  /// Head of the empty log: SHA-256 of the empty string (RFC 6962 §2.1).
  package static let empty = Array(SHA256.hash(data: [UInt8]()))

  /// The head after an entry.
  package static func head(after head: [UInt8], entry: [UInt8]) -> [UInt8] {
    var leaf = SHA256()
    leaf.update(data: [0])
    leaf.update(data: entry)
    var node = SHA256()
    node.update(data: [1])
    node.update(data: head)
    leaf.finalize().withUnsafeBytes { node.update(bufferPointer: $0) }
    return Array(node.finalize())
  }
}
