internal import Cardio
internal import Decryptor
internal import Hummingbird
internal import Store
internal import Wire

extension DashboardAPI {
  /// Longest stretch of one answer, in samples: 24 h, the longest session.
  static let longestStretch = 24 * 3600 * 125
  /// Most buckets or points of one answer: as many as the widest screen has pixels.
  static let pointLimit = 4096

  /// A channel's name in an address; the ECG where none is named.
  func channel(_ text: Substring?) throws -> SignalChannel {
    guard let text else { return .ecg }
    guard let channel = SignalChannel(rawValue: String(text)) else { throw APIProblem.badRequest }
    return channel
  }

  /// A number between 1 and `limit`, or `standard` where none is given.
  func count(_ text: Substring?, limit: Int, standard: Int) throws -> Int {
    guard let text else { return standard }
    let number = try number(text)
    guard number >= 1, number <= UInt64(limit) else { throw APIProblem.badRequest }
    return Int(number)
  }

  /// The first sample of a stretch: as asked, or so that the stretch ends with the channel's latest sample.
  func first(
    _ text: Substring?, count: UInt64, channel: SignalChannel, in record: SessionRecord
  ) async throws -> UInt64 {
    if let text { return try number(text) }
    guard let latest = try await strips.latestPlace(of: channel, in: record) else { return 0 }
    let end = latest.firstSample + UInt64(latest.count)
    return end - min(end, count)
  }

  /// `session` (the current one), `channel` (`ecg`), `from` (a sample; default: the latest), `count` (samples, up to 24 h; default: 10 s),
  /// `points` (most buckets).
  func showEnvelope(
    _ request: Request, _ context: DashboardRequestContext, _ signedIn: SignedIn
  ) async throws -> Response {
    let pseudonym = try pseudonym(context)
    let query = request.uri.queryParameters
    let record = try await session(of: pseudonym, named: query["session"], for: signedIn)
    let channel = try channel(query["channel"])
    let count = try count(query["count"], limit: Self.longestStretch, standard: 1250)
    let points = try self.count(query["points"], limit: Self.pointLimit, standard: 1024)
    guard points > 1 else { throw APIProblem.badRequest }
    let first = try await first(query["from"], count: UInt64(count), channel: channel, in: record)
    let envelope = try await strips.envelope(of: record, channel: channel, from: first, count: count, points: points)
    let start = UInt64(envelope.envelope.from)
    let place = try await strips.place(of: start, channel: channel, in: record)
    var unanalysed: Range<UInt64>?
    if channel == .ecg {
      let through = try await findings.store.analysis(record.reference)?.analysedThrough
      unanalysed = try await strips.unanalysed(of: record, channel: channel, analysedThrough: through)
    }
    return try JSONReply.response(
      EnvelopeView(
        envelope, patient: pseudonym, session: record.reference.session, channel: channel,
        firstSampleMs: place?.milliseconds(at: start), unanalysed: unanalysed))
  }
}
