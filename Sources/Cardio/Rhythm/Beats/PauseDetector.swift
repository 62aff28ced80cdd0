/// Tells intervals without a beat: pauses, and asystole while it lasts.
struct PauseDetector: Hashable, Sendable, Codable {
  private var last: Double?
  private var current: RhythmEpisode?

  /// Takes the next beat.
  mutating func take(_ beat: RhythmBeat, criteria: RhythmCriteria, into events: inout [RhythmEvent]) {
    let previous = last
    last = beat.position
    if current != nil {
      finish(at: beat.position, into: &events)
      return
    }
    guard let previous, let interval = beat.rrSeconds, interval >= criteria.pauseSeconds else {
      return
    }
    let rhythm = interval >= criteria.asystoleSeconds ? Rhythm.asystole : .pause
    let episode = RhythmEpisode(
      rhythm: rhythm, onset: previous, offset: beat.position, beats: 2, rate: 60 / interval,
      confidence: beat.quality)
    events.append(.began(episode))
    events.append(.ended(episode))
  }

  /// Learns that no beat lies before `known` (samples) but those taken.
  ///
  /// - Parameters:
  ///   - known: How far all beats are known.
  ///   - start: Where the stretch of signal began.
  ///   - isVentricular: Whether the waveform shows a ventricular rhythm, in which no beats can be told.
  ///   - criteria: The limits.
  ///   - events: Where to tell.
  mutating func observeSilence(
    until known: Double, start: Double, isVentricular: Bool, criteria: RhythmCriteria,
    into events: inout [RhythmEvent]
  ) {
    let onset = max(last ?? start, start)
    guard known - onset >= criteria.asystoleSeconds * SampleRate.analysis.hertz else { return }
    if isVentricular {
      finish(at: known, into: &events)
    } else if current == nil {
      let episode = RhythmEpisode(
        rhythm: .asystole, onset: onset, offset: known, beats: last == nil ? 0 : 1)
      current = episode
      events.append(.began(episode))
    } else {
      current?.offset = known
    }
  }

  /// Ends what goes on at `end` (samples) and forgets the last beat.
  mutating func close(at end: Double, into events: inout [RhythmEvent]) {
    finish(at: end, into: &events)
    last = nil
  }

  private mutating func finish(at offset: Double, into events: inout [RhythmEvent]) {
    guard var episode = current else { return }
    episode.offset = max(offset, episode.onset)
    events.append(.ended(episode))
    current = nil
  }
}
