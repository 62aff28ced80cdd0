/// What was tried while the vault was sealed, and its audit log out of reach: written there as soon as it is open.
struct UnsealJournal: Sendable {
  /// Attempts that are kept; a flood beyond is counted.
  static let limit = 256

  struct Attempt: Sendable {
    let time: UInt64
    let actor: String
    let outcome: AuditEntry.Outcome
    let object: String
    let reason: String
  }

  private(set) var attempts: [Attempt] = []
  private(set) var omitted = 0

  mutating func add(_ attempt: Attempt) {
    guard attempts.count < Self.limit else {
      omitted += 1
      return
    }
    attempts.append(attempt)
  }
}

extension KeyAuthority {
  /// Writes what was tried while the vault was sealed, and that it is open now.
  func recordUnseal(_ journal: UnsealJournal, actor: String) throws(VaultError) {
    try commit(actor: actor) { _, audit in
      for attempt in journal.attempts {
        try audit.append(
          .unseal, attempt.outcome, object: attempt.object, reason: "\(attempt.reason), at \(attempt.time)",
          actor: attempt.actor)
      }
      if journal.omitted > 0 {
        try audit.append(
          .unseal, .refused, object: "vault", reason: "\(journal.omitted) further attempts were not kept")
      }
      try audit.append(.unseal, object: "vault")
      return .done(())
    }
  }
}
