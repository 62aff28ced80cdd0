/// One line of the audit log: who did what to which key, why, and whether it was allowed. Never a secret.
package struct AuditEntry: Hashable, Sendable {
  /// Place in the log, from 1 without holes.
  package let sequence: UInt64
  /// Unix time in microseconds, as the vault's clock said it: it may go back, the sequence never does.
  package let time: UInt64
  /// Who: a service id, `device:` and a device id, `enrolment`, a person, or `local` for the command line beside the
  /// vault's file.
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

  /// States what was done. Texts lose their control characters and what is longer than the log keeps.
  package init(
    sequence: UInt64, time: UInt64, actor: String, action: Action, outcome: Outcome, object: String, purpose: String,
    reason: String
  ) {
    self.sequence = sequence
    self.time = time
    self.actor = AuditText.cleaned(actor, limit: AuditText.nameLimit)
    self.action = action
    self.outcome = outcome
    self.object = AuditText.cleaned(object, limit: AuditText.objectLimit)
    self.purpose = AuditText.cleaned(purpose, limit: AuditText.nameLimit)
    self.reason = AuditText.cleaned(reason, limit: AuditText.reasonLimit)
  }
}
