/// A stretch of one rhythm. Places are samples at 125 Hz on the session's timeline, with a fraction, as of ``Beat``.
public struct RhythmEpisode: Hashable, Sendable, Codable {
  /// What it is.
  public let rhythm: Rhythm
  /// Where it begins: an R peak, or the sample from which the waveform shows it.
  public let onset: Double
  /// Where it ends; of an episode that goes on, how far it is known to reach.
  public internal(set) var offset: Double
  /// Its beats, those at onset and offset included; 0 where the waveform alone is judged.
  public internal(set) var beats: Int
  /// Beats a minute, the fastest sustained by it; `nil` where there is no rate.
  public internal(set) var rate: Double?
  /// How surely it is what it is called, 0…1: for rhythms made of classified beats the mean probability of their classes, for
  /// those judged by a model its mean probability, 1 where a measured interval decides.
  public internal(set) var confidence: Float

  /// An episode.
  ///
  /// - Parameters:
  ///   - rhythm: What it is.
  ///   - onset: Its beginning in samples.
  ///   - offset: Its end in samples.
  ///   - beats: Its beats.
  ///   - rate: Its fastest rate in beats a minute.
  ///   - confidence: 0…1.
  public init(
    rhythm: Rhythm, onset: Double, offset: Double, beats: Int, rate: Double? = nil,
    confidence: Float = 1
  ) {
    self.rhythm = rhythm
    self.onset = onset
    self.offset = offset
    self.beats = beats
    self.rate = rate
    self.confidence = confidence
  }

  /// How long it lasts, in seconds.
  public var seconds: Double { (offset - onset) / SampleRate.analysis.hertz }
}

/// A change that the rhythm analysis tells. Every episode that began ends once, at the latest at a gap or at the end of the
/// session; couplets and pauses are told when they are over, beginning and end at once.
public enum RhythmEvent: Hashable, Sendable, Codable {
  /// The episode goes on; its ``RhythmEpisode/offset`` is how far it is known to reach.
  case began(RhythmEpisode)
  /// The episode is over, and complete.
  case ended(RhythmEpisode)

  /// The episode, as known at the time.
  public var episode: RhythmEpisode {
    switch self {
    case .began(let episode), .ended(let episode): episode
    }
  }
}
