internal import Cardio
internal import Findings
internal import Hummingbird
internal import Logging
internal import Store
internal import Wire

/// Notes and labels of clinicians.
extension DashboardAPI {
  /// Most entries of the record in one answer.
  private static let eventLimit = 500

  /// `session` (the current one).
  func listMarks(
    _ request: Request, _ context: DashboardRequestContext, _ signedIn: SignedIn
  ) async throws -> Response {
    let record = try await session(
      of: try pseudonym(context), named: request.uri.queryParameters["session"], for: signedIn)
    return try JSONReply.response(ListView(items: MarkView.views(try await chart.marks(of: record))))
  }

  struct NewNote: Decodable {
    let session: String
    let sample: UInt64
    let untilSample: UInt64?
    let text: String
  }

  func addNote(
    _ request: Request, _ context: DashboardRequestContext, _ signedIn: SignedIn
  ) async throws -> Response {
    let pseudonym = try pseudonym(context)
    let body = try await JSONReply.decode(NewNote.self, from: request)
    let record = try await session(of: pseudonym, named: Substring(body.session), for: signedIn)
    let latest = UInt64(EnvelopePyramid.sampleLimit)
    guard body.sample <= latest, (body.untilSample ?? body.sample + 1) > body.sample,
      (body.untilSample ?? 0) <= latest
    else { throw APIProblem.badRequest }
    guard let text = ChartDesk.text(body.text, limit: ChartDesk.textLimit, hasLines: true) else {
      throw APIProblem.badNote
    }
    let mark = try await chart.append(
      MarkBody(note: text, sample: body.sample, untilSample: body.untilSample), to: record, of: pseudonym,
      by: signedIn.account)
    logger.info(
      "note added", metadata: ["patient": "\(pseudonym)", "account": "\(signedIn.account)"])
    return try JSONReply.response(MarkView(mark, isCurrent: true))
  }

  struct NewLabel: Decodable {
    let session: String
    let position: Double
    let label: String
    let reason: String
  }

  func addLabel(
    _ request: Request, _ context: DashboardRequestContext, _ signedIn: SignedIn
  ) async throws -> Response {
    let pseudonym = try pseudonym(context)
    let body = try await JSONReply.decode(NewLabel.self, from: request)
    let record = try await session(of: pseudonym, named: Substring(body.session), for: signedIn)
    guard BeatClass(rawValue: body.label) != nil, body.position.isFinite, (0..<1e12).contains(body.position) else {
      throw APIProblem.badRequest
    }
    guard let reason = ChartDesk.text(body.reason, limit: PersonsLine.reasonLength.upperBound, hasLines: false) else {
      throw APIProblem.reasonMissing
    }
    let history = try await findings.history(of: record)
    let near = Int(body.position)
    guard
      let beat = history.beats(in: max(0, near - 1)..<near + 2).first(where: {
        ChartDesk.key($0.position) == ChartDesk.key(body.position)
      })
    else { throw APIProblem.notFound }
    let mark = try await chart.append(
      MarkBody(
        label: body.label, machineLabel: beat.beatClass?.rawValue, position: beat.position, reason: reason),
      to: record, of: pseudonym, by: signedIn.account)
    logger.info(
      "beat labelled", metadata: ["patient": "\(pseudonym)", "account": "\(signedIn.account)"])
    return try JSONReply.response(MarkView(mark, isCurrent: true))
  }

  /// What was taken out of sessions and added to them, by whom: newest first.
  func listChartEvents() async throws -> Response {
    try JSONReply.response(
      ListView(items: try await chart.store.chartEvents(limit: Self.eventLimit).map(ChartEventView.init)))
  }
}
