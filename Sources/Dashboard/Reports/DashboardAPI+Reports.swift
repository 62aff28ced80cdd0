internal import Decryptor
internal import Exports
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Store

/// Reports for those who check.
extension DashboardAPI {
  /// `from`, `until` (Unix milliseconds; the last 30 days), `account`, `patient`, `format` (`json`, `csv`, `pdf`).
  func showReport(
    _ request: Request, _ context: DashboardRequestContext, _ signedIn: SignedIn
  ) async throws -> Response {
    guard let kind = context.parameters.get("report").flatMap({ ReportKind(rawValue: $0) }) else {
      throw APIProblem.notFound
    }
    let query = request.uri.queryParameters
    guard let format = ReportDesk.Format(rawValue: String(query["format"] ?? "json")) else {
      throw APIProblem.badRequest
    }
    // Whole seconds, as the report writes them: the same period is the same report once it is over. The present second counts.
    let now = (time.unixMicroseconds() / 1_000_000 + 1) * 1_000_000
    let until = min(now, try query["until"].map { try moment($0) } ?? now)
    let since =
      try query["from"].map { try moment($0) } ?? (until - min(until, ReportDesk.standardPeriod.unixMicroseconds))
    guard since < until, until - since <= ReportDesk.longestPeriod.unixMicroseconds else {
      throw APIProblem.tooLongPeriod
    }
    var scope = ReportScope(since: since, until: until)
    if let account = query["account"] {
      guard AccountAdministration.isValid(String(account)) else { throw APIProblem.badRequest }
      scope.account = String(account)
    }
    if let patient = query["patient"] {
      guard let pseudonym = Pseudonym(patient) else { throw APIProblem.badRequest }
      scope.patient = pseudonym
    }
    let (report, seal) = try await reports.draw(kind, scope, for: signedIn)
    switch format {
    case .json: return try JSONReply.response(ReportView(kind, report, seal))
    case .csv: return file(report.csv(seal), "text/csv; charset=utf-8", "\(kind.rawValue)-\(seal.entry).csv")
    case .pdf: return file(report.pdf(seal), "application/pdf", "\(kind.rawValue)-\(seal.entry).pdf")
    }
  }

  private func moment(_ text: Substring) throws(APIProblem) -> UInt64 {
    guard let milliseconds = UInt64(text), milliseconds <= UInt64(ReportDesk.latestMs) else { throw .badRequest }
    return milliseconds / 1000 * 1_000_000
  }

  private func file(_ bytes: [UInt8], _ type: String, _ name: String) -> Response {
    Response(
      status: .ok,
      headers: [.contentType: type, .contentDisposition: "attachment; filename=\"report-\(name)\""],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }
}

/// A report for the page.
struct ReportView: Encodable, Sendable {
  struct Fact: Encodable, Sendable {
    let name: String
    let value: String
  }

  struct Section: Encodable, Sendable {
    let code: String
    let title: String
    let columns: [String]
    let rows: [[String]]
  }

  let report: String
  let facts: [Fact]
  let sections: [Section]
  /// SHA-256 of the report as its file of comma-separated values holds it.
  let digest: String
  /// The entry of the vault's audit log that holds the same hash.
  let entry: UInt64

  init(_ kind: ReportKind, _ report: TableReport, _ seal: TableReport.Seal) {
    self.report = kind.rawValue
    facts = report.facts.map { Fact(name: $0.name, value: $0.value) }
    sections = report.sections.map {
      Section(code: $0.code, title: $0.title, columns: $0.columns, rows: $0.rows)
    }
    digest = seal.digest
    entry = seal.entry
  }
}

extension APIProblem {
  static let tooLongPeriod = APIProblem(
    status: .unprocessableContent, code: "too-long-period",
    reason: "A report's period begins before it ends, and lasts at most 366 days.")
}
