internal import Exports
internal import Store

/// Whether the vault's audit log is whole, and what it says of the period.
extension ReportDesk {
  private struct Verification: Decodable {
    let isWhole: Bool
    let count: UInt64?
    let head: String?
    let root: String?
    let firstBadEntry: UInt64?
    let finding: String?
  }

  private struct Key: Decodable {
    let auditPublicKey: String
  }

  /// The vault's entries of a period, up to ``rowLimit``. Reading the log stands in it too: the period ends before that.
  func vaultEntries(
    _ scope: ReportScope, for signedIn: SignedIn
  ) async throws -> (entries: [KeyDesk.AuditEntry], isCut: Bool) {
    var selection = KeyDesk.AuditSelection(first: 1, count: Self.vaultPage, since: scope.since, until: scope.until)
    selection.person = scope.account
    var found: [KeyDesk.AuditEntry] = []
    while found.count < Self.rowLimit {
      let page = try await desk.auditEntries(selection, for: signedIn).filter { $0.sequence >= selection.first }
      found += page
      guard page.count == Self.vaultPage, let last = page.last else { return (found, false) }
      selection.first = last.sequence + 1
    }
    return (Array(found.prefix(Self.rowLimit)), true)
  }

  func auditStatement(_ scope: ReportScope, for signedIn: SignedIn) async throws -> TableReport {
    let verified = try await desk.ask(Verification.self, "/v1/audit/verification", for: signedIn)
    let key = try await desk.ask(Key.self, "/v1/report", for: signedIn).auditPublicKey
    let (entries, isCut) = try await vaultEntries(scope, for: signedIn)
    var facts = facts(scope)
    facts += [
      ("Result", verified.isWhole ? "The log is whole." : "THE LOG IS NOT WHOLE: \(verified.finding ?? "")"),
      ("Entries verified", verified.count.map(String.init) ?? ""),
      ("First bad entry", verified.firstBadEntry.map(String.init) ?? "none"), ("Head", verified.head ?? ""),
      ("Root of the tree", verified.root ?? ""), ("Audit key (Ed25519)", key),
      (
        "Entries of the period",
        (isCut ? "the first " : "") + "\(entries.count)"
          + (entries.first.map { ", from \($0.sequence) to \(entries.last?.sequence ?? $0.sequence)" } ?? "")
      ),
    ]
    return TableReport(
      title: ReportKind.audit.title, facts: facts,
      sections: [
        TableReport.Section(
          code: "by-action", title: "By action", columns: ["What", "Done", "Refused"],
          rows: Self.counts(entries, by: \.action)),
        TableReport.Section(
          code: "by-actor", title: "By person and service", columns: ["Who", "Done", "Refused"],
          rows: Self.counts(entries, by: \.person)),
        TableReport.Section(
          code: "refusals", title: "Refused",
          columns: ["Time", "Who", "What", "About", "Reason", "Entry"],
          rows: entries.filter { $0.outcome != "done" }.map {
            [TableReport.time($0.time), $0.person, $0.action, $0.object, $0.reason, "\($0.sequence)"]
          }),
        TableReport.Section(
          code: "reports", title: "Reports on record", columns: ["Time", "Who", "Report", "Hash", "Entry"],
          rows: entries.filter { $0.action == "report" }.map {
            [TableReport.time($0.time), $0.person, $0.object, $0.reason, "\($0.sequence)"]
          }),
      ])
  }

  private static func counts(
    _ entries: [KeyDesk.AuditEntry], by name: (KeyDesk.AuditEntry) -> String
  ) -> [[String]] {
    Dictionary(grouping: entries, by: name).sorted { $0.key < $1.key }.map { name, group in
      let done = group.count { $0.outcome == "done" }
      return [name, "\(done)", "\(group.count - done)"]
    }
  }
}
