internal import Cardio
internal import Decryptor
internal import Findings
internal import Hummingbird
internal import Store
internal import Wire

extension DashboardAPI {
  /// Most sessions that are looked at for one list: years of daily wearing.
  private static let sessionScan = 2000
  /// Most sessions in one list.
  private static let sessionPage = 200
  /// Most beats in one list.
  private static let beatPage = 2000

  /// `from`, `until` (Unix milliseconds: sessions that received anything between them; default: all), `limit` (default 50). Newest first.
  func listSessions(
    _ request: Request, _ context: DashboardRequestContext, _ signedIn: SignedIn
  ) async throws -> Response {
    let pseudonym = try pseudonym(context)
    await hub.look(as: signedIn.viewer, signedIn.scope)
    guard let current = await hub.current(pseudonym, for: signedIn.scope) else { throw APIProblem.notFound }
    let query = request.uri.queryParameters
    let from = try query["from"].map { try number($0) } ?? 0
    let until = try query["until"].map { try number($0) } ?? .max
    let limit = try count(query["limit"], limit: Self.sessionPage, standard: 50)
    guard let device = current.patient.device else {
      return try JSONReply.response(ListView<SessionListItem>(items: []))
    }
    let since = current.patient.deviceSince ?? 0
    let records = try await chunks.sessions(of: device, limit: Self.sessionScan).filter {
      $0.lastReceivedAt >= since && $0.lastReceivedAt / 1000 >= from && $0.firstReceivedAt / 1000 <= until
    }
    var items: [SessionListItem] = []
    for record in records.prefix(limit) {
      let start = try await strips.place(of: 0, channel: .ecg, in: record)
      let end = try await strips.latestPlace(of: .ecg, in: record)
      items.append(
        SessionListItem(
          record, isCurrent: record.reference == current.follower?.record.reference, start: start, end: end,
          latest: try await latestFinding(of: record)))
    }
    return try JSONReply.response(ListView(items: items))
  }

  /// The latest of what the analysis said; a session whose key is refused has none to tell.
  private func latestFinding(of record: SessionRecord) async throws -> Finding? {
    do {
      let latest = try await findings.latestFindings(of: record, count: 1)
      return latest.last
    } catch {
      if case .keyRefused = error { return nil }
      throw error
    }
  }

  /// `session` (the current one), `from`, `count` (samples; default: the whole session), `abnormal=true` (those alone), `limit` (default 500).
  func listBeats(
    _ request: Request, _ context: DashboardRequestContext, _ signedIn: SignedIn
  ) async throws -> Response {
    let pseudonym = try pseudonym(context)
    let query = request.uri.queryParameters
    let record = try await session(of: pseudonym, named: query["session"], for: signedIn)
    let from = try query["from"].map { try number($0) } ?? 0
    let count = try count(query["count"], limit: Self.longestStretch, standard: Self.longestStretch)
    let limit = try self.count(query["limit"], limit: Self.beatPage, standard: 500)
    let history = try await findings.history(of: record)
    guard let first = Int(exactly: from), first <= EnvelopePyramid.sampleLimit else { throw APIProblem.badRequest }
    let wanted = query["abnormal"] == "true"
    let matching = history.beats(in: first..<first + count).lazy.filter { !wanted || $0.isAbnormal }
    let page = Array(matching.prefix(limit + 1))
    let labels = ChartDesk.labels(try await chart.marks(of: record))
    return try JSONReply.response(
      BeatListView(
        items: page.prefix(limit).map {
          BeatListItem(
            $0, at: history.time(at: $0.position), clinicianLabel: labels[ChartDesk.key($0.position)])
        },
        nextFrom: page.count > limit ? page.last.map { Int($0.position) } : nil))
  }
}
