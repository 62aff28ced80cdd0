/// Tells a ventricular beat after every `spacing` other beats: bigeminy (1) and trigeminy (2).
///
/// The pattern begins when the third ventricular beat keeps the distance, and is over as soon as it is broken.
struct PatternDetector: Hashable, Sendable, Codable {
  /// Ventricular beats that make a pattern.
  static let minimum = 3

  private let rhythm: Rhythm
  private let spacing: Int
  private var others = 0
  private var matches = 0
  private var first: Double?
  private var last = 0.0
  private var confidence: Float = 0
  private var current: RhythmEpisode?

  init(rhythm: Rhythm, spacing: Int) {
    self.rhythm = rhythm
    self.spacing = spacing
  }

  /// Takes the next beat.
  mutating func take(_ beat: RhythmBeat, into events: inout [RhythmEvent]) {
    guard beat.isVentricular else {
      others += 1
      if others > spacing { close(into: &events) }
      return
    }
    if first == nil || others != spacing {
      close(into: &events)
      (first, matches, confidence) = (beat.position, 1, beat.confidence)
    } else {
      matches += 1
      confidence += beat.confidence
    }
    others = 0
    last = beat.position
    if var episode = current {
      episode.offset = last
      episode.beats = (matches - 1) * (spacing + 1) + 1
      episode.confidence = confidence / Float(matches)
      current = episode
    } else if matches == PatternDetector.minimum, let first {
      let episode = RhythmEpisode(
        rhythm: rhythm, onset: first, offset: last, beats: (matches - 1) * (spacing + 1) + 1,
        confidence: confidence / Float(matches))
      current = episode
      events.append(.began(episode))
    }
  }

  /// Ends what goes on.
  mutating func close(into events: inout [RhythmEvent]) {
    if let current { events.append(.ended(current)) }
    current = nil
    first = nil
    matches = 0
    others = 0
  }
}
