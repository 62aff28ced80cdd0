internal import Crypto
internal import Decryptor
internal import Exports
internal import Foundation
internal import Hummingbird
internal import KeyVaultClient
internal import Logging
internal import Store
internal import Wire

/// Draws up reports and puts their hashes on record.
///
/// What a report says (`TableReport.body`) depends on the records and the period alone. Its SHA-256 is written into the vault's audit
/// log before anybody gets the report, in the name of who asked; the number of that entry and the hash stand at its foot.
struct ReportDesk: Sendable {
  /// What a report is given as.
  enum Format: String, CaseIterable, Sendable {
    case json
    case csv
    case pdf
  }

  /// Longest period of a report.
  static let longestPeriod: Duration = .seconds(366 * 24 * 3600)
  /// The period of a report that was not given one.
  static let standardPeriod: Duration = .seconds(30 * 24 * 3600)
  /// The latest time that can be asked for: the year 9999.
  static let latestMs = 253_402_300_799_000
  /// Most deeds of one report: it says so when there are more.
  static let rowLimit = 10_000
  /// Most devices of one key report.
  static let deviceLimit = 10_000
  /// Entries of the vault's log that are read at once.
  static let vaultPage = 1000

  let trail: AuditTrail
  let desk: KeyDesk
  let emergencies: EmergencyDesk
  let registry: any AccessStore
  let time: Timekeeper
  let logger: Logger

  /// What the vault says when a hash is on record.
  private struct Noted: Decodable {
    let sequence: UInt64
  }

  private struct Note: Encodable {
    let report: String
    let digest: String
  }

  /// Draws up a report.
  /// - Throws: ``APIProblem``, `KeyVaultError`, `StoreError`.
  func draw(
    _ kind: ReportKind, _ scope: ReportScope, for signedIn: SignedIn
  ) async throws -> (report: TableReport, seal: TableReport.Seal) {
    let report =
      switch kind {
      case .access: try await accessReport(scope, for: signedIn)
      case .keys: try await keyReport(scope, for: signedIn)
      case .audit: try await auditStatement(scope, for: signedIn)
      }
    let digest = Array(SHA256.hash(data: report.body)).hex
    let note = try JSONReply.encode(Note(report: kind.rawValue, digest: digest))
    let entry = try await desk.ask(Noted.self, VaultCall(.post, "/v1/audit/reports", body: note), for: signedIn)
    let now = time.unixMicroseconds()
    try await registry.append(
      AccountEvent(
        account: signedIn.account, actor: signedIn.account, kind: .reportDrawn, at: now,
        detail: "\(kind.rawValue) \(digest)", patient: scope.patient))
    logger.info("report drawn up", metadata: ["report": "\(kind.rawValue)", "account": "\(signedIn.account)"])
    return (
      report, TableReport.Seal(digest: digest, entry: entry.sequence, account: signedIn.account, madeAt: now)
    )
  }

  /// The head that all reports have.
  func facts(_ scope: ReportScope) -> [(name: String, value: String)] {
    [
      ("From", TableReport.time(scope.since)), ("Until", TableReport.time(scope.until)),
      ("Person", scope.account ?? "all"), ("Patient", scope.patient?.name ?? "all"),
    ]
  }

  /// All deeds of some records in a period, up to ``rowLimit``.
  func deeds(
    _ scope: ReportScope, in sources: Set<AuditDeed.Source>, for signedIn: SignedIn,
    where isWanted: (AuditDeed) -> Bool = { _ in true }
  ) async throws -> (deeds: [AuditDeed], isCut: Bool) {
    var query = AuditQuery(count: Self.vaultPage - 1)
    query.since = scope.since
    query.until = scope.until
    query.actor = scope.account
    query.patient = scope.patient
    query.sources = sources
    // Everybody's overviews are too many for one report of everybody.
    if !scope.isNarrow { query.views = [.chart] }
    var found: [AuditDeed] = []
    while found.count < Self.rowLimit {
      let (page, next) = try await trail.page(query, for: signedIn, where: isWanted)
      found += page
      guard let next else { return (found, false) }
      query.cursor = next
    }
    return (Array(found.prefix(Self.rowLimit)), true)
  }
}
