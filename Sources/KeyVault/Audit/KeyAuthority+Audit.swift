internal import Foundation
internal import GRDB

/// Which entries of the audit log to read.
package struct AuditSelection: Sendable {
  /// First number.
  package var first: UInt64
  /// Only entries about this object, if not `nil`: itself, or what lies below it (`device/pump-1` also means
  /// `device/pump-1/2`).
  package var object: String?
  /// Only entries of this actor, if not `nil`.
  package var actor: String?
  /// Only entries of this person, at the console or through the dashboard, if not `nil`.
  package var person: String?
  /// Only entries of these actions, if not `nil`.
  package var actions: Set<AuditEntry.Action>?
  /// Only entries of these times, Unix microseconds, as the vault's clock said them.
  package var times: Range<UInt64>

  /// Selects entries.
  package init(
    from first: UInt64 = 1, object: String? = nil, actor: String? = nil, person: String? = nil,
    actions: Set<AuditEntry.Action>? = nil, times: Range<UInt64> = 0..<UInt64.max
  ) {
    self.first = first
    self.object = object
    self.actor = actor
    self.person = person
    self.actions = actions
    self.times = times
  }

  func contains(_ entry: AuditEntry) -> Bool {
    if !times.contains(entry.time) { return false }
    if let actor, entry.actor != actor { return false }
    if let person, entry.actor != person, entry.actor != RelayedPerson.actor(person) { return false }
    if let object, entry.object != object, !entry.object.hasPrefix(object + "/") { return false }
    if let actions, !actions.contains(entry.action) { return false }
    return true
  }
}

extension KeyAuthority {
  /// Entries of the audit log from number `first` on.
  package func auditEntries(from first: UInt64, limit: Int = pageLimit) throws -> [AuditEntry] {
    try auditEntries(AuditSelection(from: first), limit: limit)
  }

  /// Entries of the audit log, in their order. Reading is not recorded here: who reads for somebody records it with
  /// ``record(_:actor:object:reason:)``.
  /// - Parameters:
  ///   - selection: which.
  ///   - limit: at most so many, and at most ``pageLimit``.
  package func auditEntries(_ selection: AuditSelection, limit: Int = pageLimit) throws -> [AuditEntry] {
    try read { try Self.auditEntries(selection, limit: min(limit, Self.pageLimit), $0) }
  }

  /// The same inside a transaction, without the bound of a page: for what must see every entry.
  static func auditEntries(
    _ selection: AuditSelection, limit: Int = .max, _ database: Database
  ) throws -> [AuditEntry] {
    var found: [AuditEntry] = []
    let rows = try Row.fetchCursor(
      database, sql: "SELECT seq, entry FROM audit WHERE seq >= ? ORDER BY seq",
      arguments: [Int64(clamping: selection.first)])
    while found.count < limit, let row = try rows.next() {
      guard let entry = AuditEntry(encoded: Array(row[1] as Data)) else {
        throw VaultError(.corrupted, "entry \(row[0] as Int64) of the audit log is not one that the vault wrote")
      }
      if selection.contains(entry) { found.append(entry) }
    }
    return found
  }

  /// Records what touches nothing else: that somebody reads the log, before it is read, or that a witness fails.
  package func record(
    _ action: AuditEntry.Action, actor: String, object: String = "audit", reason: String = ""
  ) throws(VaultError) {
    try commit(actor: actor) { _, audit in
      try audit.append(action, object: object, reason: reason)
      return .done(())
    }
  }

  /// Records that somebody drew up a report, and its hash, so that a copy can be checked against the log.
  /// - Returns: the number of the entry.
  package func recordReport(_ note: ReportNote, actor: String) throws(VaultError) -> UInt64 {
    try commit(actor: actor) { _, audit in
      try audit.append(.report, object: "report/\(note.report)", reason: "sha256 \(note.digest)")
      return .done(audit.length)
    }
  }

  /// The signed head of the log.
  package func auditHead() throws -> AuditCheckpoint {
    try read { database in
      guard let row = try Row.fetchOne(database, sql: "SELECT * FROM audit_head") else {
        throw VaultError(.corrupted, "the signed head of the audit log is missing")
      }
      return try AuditCheckpoint(row)
    }
  }

  /// Verifies the whole audit log.
  package func verifyAudit() throws -> AuditVerifier.Summary {
    try read { try AuditVerifier.verify($0, publicKey: auditPublicKey) }
  }
}
