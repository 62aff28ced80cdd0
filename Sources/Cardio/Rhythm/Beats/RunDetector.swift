/// Tells runs of beats of one class: couplets, ventricular runs, supraventricular runs.
///
/// A run begins with its third beat and ends with the first beat of another class. The rate of a run is taken over two
/// intervals; once a run is fast it stays so.
struct RunDetector: Hashable, Sendable, Codable {
  /// The class of the beats.
  private let beatClass: BeatClass
  /// What two of them are, if that is told.
  private let pair: Rhythm?
  /// What three or more are below the limit, if that is told.
  private let slow: Rhythm?
  /// What three or more are from the limit on.
  private let fast: Rhythm

  private var count = 0
  private var first = 0.0
  private var before = 0.0
  private var last = 0.0
  private var lastInterval: Double?
  private var confidence: Float = 0
  private var current: RhythmEpisode?

  init(beatClass: BeatClass, pair: Rhythm?, slow: Rhythm?, fast: Rhythm) {
    self.beatClass = beatClass
    self.pair = pair
    self.slow = slow
    self.fast = fast
  }

  /// Takes the next beat; `limit` is the rate from which a run is fast.
  mutating func take(_ beat: RhythmBeat, limit: Double, into events: inout [RhythmEvent]) {
    guard beat.beatClass == beatClass else { return close(into: &events) }
    guard count > 0, let interval = beat.rrSeconds else {
      close(into: &events)
      (count, first, before, last) = (1, beat.position, beat.position, beat.position)
      confidence = beat.confidence
      return
    }
    let rate = lastInterval.map { 120 / ($0 + interval) }
    let start = before
    (before, last, lastInterval) = (last, beat.position, interval)
    count += 1
    confidence += beat.confidence
    guard let rate else { return }
    if current == nil {
      begin(rate >= limit ? fast : slow, at: count == 3 ? first : start, rate: rate, into: &events)
    } else if current?.rhythm == slow, rate >= limit {
      // The run becomes fast: from the first of the two short intervals it has another name.
      finish(at: start, into: &events)
      begin(fast, at: start, rate: rate, into: &events)
    } else {
      current?.offset = last
      current?.beats += 1
      current?.confidence = confidence / Float(count)
      if rate > current?.rate ?? 0 { current?.rate = rate }
    }
  }

  /// Ends what goes on: a gap, the end, or a beat of another class follows.
  mutating func close(into events: inout [RhythmEvent]) {
    if current != nil {
      finish(at: last, into: &events)
    } else if count == 2, let pair {
      let rate = lastInterval.map { 60 / $0 }
      let episode = RhythmEpisode(
        rhythm: pair, onset: first, offset: last, beats: 2, rate: rate, confidence: confidence / 2)
      events.append(.began(episode))
      events.append(.ended(episode))
    }
    count = 0
    lastInterval = nil
  }

  private mutating func begin(
    _ rhythm: Rhythm?, at onset: Double, rate: Double, into events: inout [RhythmEvent]
  ) {
    guard let rhythm else { return }
    let episode = RhythmEpisode(
      rhythm: rhythm, onset: onset, offset: last, beats: 3, rate: rate,
      confidence: confidence / Float(count))
    current = episode
    events.append(.began(episode))
  }

  private mutating func finish(at offset: Double, into events: inout [RhythmEvent]) {
    guard var episode = current else { return }
    if offset < episode.offset {
      episode.offset = offset
      episode.beats = max(1, episode.beats - 1)
    }
    events.append(.ended(episode))
    current = nil
  }
}
