/// What is kept for a number of days and deleted then. What is evidence (the record of exports and marks, of accounts, of
/// emergency accesses, of holds and deletions) is none of these: it stays. Nor are sign-ins: they
/// go when they are over.
public enum RetentionKind: String, Sendable, CaseIterable, Codable {
  /// Ciphertext as devices sent it, and refused messages.
  case recordings
  /// What was derived from a session: findings, checkpoints, the alert policy's state, clinicians' marks.
  case findings
  /// Alerts with what people did about them, their messages and attempts to deliver them.
  case alerts
}

/// That a number of days was changed: a record that stays.
public struct RetentionChange: Sendable, Hashable {
  /// Its place in the record, from 1; 0 before it is stored.
  public let number: Int64
  /// Of what.
  public let kind: RetentionKind
  /// Whose, where it is an exception; `nil` for everybody.
  public let patient: Pseudonym?
  /// Days before; `nil` where there was no exception.
  public let from: Int?
  /// Days from ``effectiveAt`` on; `nil` ends an exception.
  public let to: Int?
  /// The account, `operator` for the console, or `setting` for the number that an installation began with.
  public let actor: String
  /// When it was made.
  public let at: UnixMicroseconds
  /// When it counts: at once where more is kept, after a grace where less is.
  public let effectiveAt: UnixMicroseconds

  /// Describes a change.
  public init(
    number: Int64 = 0, kind: RetentionKind, patient: Pseudonym? = nil, from: Int?, to: Int?, actor: String,
    at: UnixMicroseconds, effectiveAt: UnixMicroseconds
  ) {
    self.number = number
    self.kind = kind
    self.patient = patient
    self.from = from
    self.to = to
    self.actor = actor
    self.at = at
    self.effectiveAt = effectiveAt
  }
}
