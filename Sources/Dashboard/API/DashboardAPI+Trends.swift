internal import Cardio
internal import Decryptor
internal import Hummingbird
internal import Store
internal import Wire

/// What a session's findings add up to over any stretch of it.
extension DashboardAPI {
  /// Most points of a Poincaré plot.
  private static let pairLimit = 5000
  /// Most beats of an overlay.
  private static let overlayLimit = 200

  /// A session's history and the stretch of it that a request names: `from` and `count` in samples, the whole session where both are left out, the latest
  /// `count` samples where `from` is.
  private func stretch(
    _ request: Request, _ context: DashboardRequestContext, _ signedIn: SignedIn
  ) async throws -> (record: SessionRecord, history: SessionHistory, range: Range<Int>) {
    let pseudonym = try pseudonym(context)
    let query = request.uri.queryParameters
    let record = try await session(of: pseudonym, named: query["session"], for: signedIn)
    let from = try query["from"].map { try number($0) }
    let count = try query["count"].map { try self.count($0, limit: Self.longestStretch, standard: 1) }
    let history = try await findings.history(of: record)
    guard let first = Int(exactly: from ?? 0), first <= EnvelopePyramid.sampleLimit else { throw APIProblem.badRequest }
    let end = max(1, history.end)
    switch (from, count) {
    case (nil, nil): return (record, history, 0..<end)
    case (nil, let count?): return (record, history, max(0, end - count)..<end)
    case (_?, let count?): return (record, history, first..<first + count)
    case (_?, nil): return (record, history, first..<max(first + 1, end))
    }
  }

  /// `session`, `from`, `count`, `points` (most buckets, and most points of the tachogram).
  func showTrends(
    _ request: Request, _ context: DashboardRequestContext, _ signedIn: SignedIn
  ) async throws -> Response {
    let points = try count(request.uri.queryParameters["points"], limit: Self.pointLimit, standard: 500)
    guard points > 1 else { throw APIProblem.badRequest }
    let (record, history, range) = try await stretch(request, context, signedIn)
    return try JSONReply.response(
      TrendsView(
        Trends(history, range: range, points: points),
        tachogram: Tachogram.points(history.beats(in: range), limit: points), session: record.reference.session,
        count: range.count, firstSampleMs: history.time(at: Double(range.lowerBound)).map { $0 / 1000 }))
  }

  /// `session`, `from`, `count`.
  func showVariability(
    _ request: Request, _ context: DashboardRequestContext, _ signedIn: SignedIn
  ) async throws -> Response {
    let (_, history, range) = try await stretch(request, context, signedIn)
    let intervals = NormalIntervals(history.beats(in: range), pairLimit: Self.pairLimit)
    return try JSONReply.response(VariabilityView(intervals))
  }

  /// `session`, `at` (a sample; default: the latest), `beats` (how many before it; default 30).
  func showMorphology(
    _ request: Request, _ context: DashboardRequestContext, _ signedIn: SignedIn
  ) async throws -> Response {
    let pseudonym = try pseudonym(context)
    let query = request.uri.queryParameters
    let record = try await session(of: pseudonym, named: query["session"], for: signedIn)
    let wanted = try count(query["beats"], limit: Self.overlayLimit, standard: 30)
    let history = try await findings.history(of: record)
    let at = try query["at"].map { try number($0) } ?? UInt64(history.end)
    guard at <= UInt64(EnvelopePyramid.sampleLimit) else { throw APIProblem.badRequest }
    let whole = AlignedBeat.count
    // As far back as can be read in one go.
    let earliest = max(0, Int(at) - StripReader.sampleLimit + 4 * whole)
    let latest = max(earliest, Int(at) - whole)
    let beats = history.beats(in: earliest..<latest + 1).suffix(wanted)
    var shown: [(beat: HistoryBeat, shape: AlignedBeat)] = []
    if let first = beats.first, let last = beats.last {
      let start = max(0, Int(first.position) - whole)
      let segments = try await strips.signal(
        of: record, channel: .ecg, from: UInt64(start), count: Int(last.position) + 2 * whole - start)
      let runs = SignalRun.runs(of: segments)
      for beat in beats {
        let position = beat.position + StripSegment.delaySamples
        guard let run = runs.last(where: { Double($0.first) <= position }),
          let shape = AlignedBeat(run.samples, first: run.first, position: position)
        else { continue }
        shown.append((beat, shape))
      }
    }
    let normal = shown.filter { $0.beat.isNormal }
    let median = MedianBeat(normal.map(\.shape))
    let rr = NormalIntervals(beats, pairLimit: 0).meanMilliseconds
    return try JSONReply.response(
      MorphologyView(shown, median: median, intervals: median.map { BeatIntervals(of: $0, rrMilliseconds: rr) }))
  }
}

/// Samples of a channel without a gap.
struct SignalRun {
  let first: Int
  var samples: [Int16]

  /// Puts segments that follow each other together; one without samples (lead-off) ends a run.
  static func runs(of segments: [StripSegment]) -> [SignalRun] {
    var runs: [SignalRun] = []
    var end: Int?
    for segment in segments {
      let first = Int(clamping: segment.firstSample)
      if segment.samples.isEmpty {
        end = nil
      } else if end == first {
        runs[runs.count - 1].samples += segment.samples
        end = first + segment.samples.count
      } else {
        runs.append(SignalRun(first: first, samples: segment.samples))
        end = first + segment.samples.count
      }
    }
    return runs
  }
}
