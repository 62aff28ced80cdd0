/// The rhythm analysis over a recording, as a live session would have called it.
public struct RhythmReplay: Sendable {
  /// An event and when it was told.
  public struct TimedEvent: Hashable, Sendable {
    /// What began or ended.
    public let event: RhythmEvent
    /// The end of the chunk with which it was told, in seconds.
    public let seconds: Double
  }

  /// What was told, in order.
  public private(set) var events: [TimedEvent] = []

  /// Analyses `samples` (125 Hz, ``RecordReplay/nanovoltsPerLSB``) and classified beats.
  ///
  /// - Parameters:
  ///   - samples: The recording.
  ///   - beats: Its classified beats, in order of time. Each is handed over with the chunk in which a live session would have told it at
  ///     the latest.
  ///   - criteria: The limits.
  ///   - chunk: Samples of a call.
  public init(
    _ samples: [Int16], beats: [RhythmBeat], criteria: RhythmCriteria = RhythmCriteria(),
    chunk: Int = RecordReplay.chunkSamples
  ) {
    var analyzer = RhythmAnalyzer(criteria: criteria)
    let span = samples.span
    var start = 0
    var next = 0
    while start < samples.count {
      let end = min(start + max(1, chunk), samples.count)
      let first = next
      let limit = Double(end) - Double(RhythmAnalyzer.lag) / 2
      while next < beats.count, beats[next].position <= limit { next += 1 }
      let told = analyzer.process(
        span.extracting(start..<end), nanovoltsPerLSB: RecordReplay.nanovoltsPerLSB, firstSample: UInt64(start),
        leadOff: false, beats: Array(beats[first..<next]))
      add(told, at: end)
      start = end
    }
    add(analyzer.finish(beats: Array(beats[next...])), at: samples.count)
  }

  private mutating func add(_ told: [RhythmEvent], at end: Int) {
    let seconds = Double(end) * SampleRate.analysis.interval
    events.append(contentsOf: told.map { TimedEvent(event: $0, seconds: seconds) })
  }

  /// The complete episodes of some rhythms, with when each was told to begin.
  public func episodes(_ rhythms: Set<Rhythm>) -> [AlarmComparison.Alarm] {
    var raised: [Rhythm: Double] = [:]
    var result: [AlarmComparison.Alarm] = []
    for timed in events where rhythms.contains(timed.event.episode.rhythm) {
      switch timed.event {
      case .began(let episode): raised[episode.rhythm] = timed.seconds
      case .ended(let episode):
        let hertz = SampleRate.analysis.hertz
        let span = episode.onset / hertz..<max(episode.offset, episode.onset) / hertz
        result.append(.init(raised: raised[episode.rhythm] ?? timed.seconds, span: span))
      }
    }
    return result
  }

  /// The complete episodes of some rhythms as stretches in seconds.
  public func spans(_ rhythms: Set<Rhythm>) -> [Range<Double>] { episodes(rhythms).map(\.span) }
}
