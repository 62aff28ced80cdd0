/// Tells a median rate beyond a limit: tachycardia and bradycardia.
///
/// The rate must stay beyond the limit for a minimum time, and on the normal side of a second limit for as long, before anything changes.
struct RateDetector: Hashable, Sendable, Codable {
  private let rhythm: Rhythm
  /// 1 where a rate is too high, −1 where it is too low.
  private let sign: Double
  private var since: Double?
  private var sinceBeats = 0
  private var calmSince: Double?
  private var current: RhythmEpisode?
  private var last = 0.0

  init(rhythm: Rhythm, isHigh: Bool) {
    self.rhythm = rhythm
    sign = isHigh ? 1 : -1
  }

  /// Takes the next beat.
  ///
  /// - Parameters:
  ///   - beat: The beat.
  ///   - rate: The median rate with it, of ``RateMeter``.
  ///   - on: The rate at which the rhythm begins.
  ///   - off: The rate on whose far side it is over.
  ///   - seconds: For how long either must hold.
  ///   - events: Where to tell.
  mutating func take(
    _ beat: RhythmBeat, rate: Double?, on: Double, off: Double, seconds: Double, into events: inout [RhythmEvent]
  ) {
    last = beat.position
    guard let rate else { return }
    let need = seconds * SampleRate.analysis.hertz
    if current == nil {
      guard sign * rate >= sign * on else {
        since = nil
        return
      }
      let onset = since ?? beat.position
      sinceBeats = since == nil ? 1 : sinceBeats + 1
      since = onset
      guard beat.position - onset >= need else { return }
      let episode = RhythmEpisode(
        rhythm: rhythm, onset: onset, offset: beat.position, beats: sinceBeats, rate: rate)
      current = episode
      since = nil
      calmSince = nil
      events.append(.began(episode))
      return
    }
    current?.beats += 1
    if sign * rate > sign * (current?.rate ?? rate) { current?.rate = rate }
    guard sign * rate < sign * off else {
      calmSince = nil
      return
    }
    let calm = calmSince ?? beat.position
    calmSince = calm
    if beat.position - calm >= need { finish(at: calm, into: &events) }
  }

  /// Ends what goes on.
  mutating func close(into events: inout [RhythmEvent]) {
    finish(at: calmSince ?? last, into: &events)
    since = nil
  }

  private mutating func finish(at offset: Double, into events: inout [RhythmEvent]) {
    guard var episode = current else { return }
    episode.offset = max(offset, episode.onset)
    events.append(.ended(episode))
    current = nil
    calmSince = nil
  }
}
