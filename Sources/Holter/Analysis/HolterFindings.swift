public import Cardio

/// Everything that the analysis of a recording found, in the order of time.
public struct HolterFindings: Sendable {
  /// The quality of a stretch of signal.
  public struct QualityChunk: Hashable, Sendable {
    /// Its length in samples at 125 Hz.
    public let samples: UInt16
    /// The index of `SignalQuality`, 0…1.
    public let index: Float
    /// Whether there is no signal.
    public let isMissing: Bool
    /// Whether there is signal of poor quality.
    var isPoor: Bool { !isMissing && index < HolterFindings.poorQuality }
  }

  /// Below this index of signal quality a stretch counts as poor.
  public static let poorQuality: Float = 0.3

  /// The beats.
  public internal(set) var beats: [HolterBeat] = []
  /// The episodes of named rhythms, by their beginning.
  public private(set) var episodes: [RhythmEpisode] = []
  /// Stretches without beats of which more than half is of poor quality: no pause and no asystole, for nobody can tell.
  public private(set) var unreadableSilences: [RhythmEpisode] = []
  /// The signal's quality, chunk by chunk from the beginning.
  public private(set) var quality: [QualityChunk] = []
  /// Stretches without signal, in samples at 125 Hz.
  public private(set) var gaps: [Range<UInt64>] = []
  /// Samples of the recording at 125 Hz.
  public internal(set) var samples: UInt64 = 0

  init() {}

  /// How long the recording is, in seconds.
  public var seconds: Double { Double(samples) * SampleRate.analysis.interval }

  mutating func take(_ events: [RhythmEvent]) {
    for case .ended(let episode) in events { episodes.append(episode) }
  }

  mutating func take(quality: SignalQuality, samples: Int, isMissing: Bool) {
    self.quality.append(
      QualityChunk(samples: UInt16(samples), index: isMissing ? 0 : quality.index, isMissing: isMissing))
  }

  mutating func close(gaps: [Range<UInt64>]) {
    self.gaps = gaps
    episodes.sort { ($0.onset, $0.offset) < ($1.onset, $1.offset) }
    let poor = PoorStretches(quality)
    let isUnreadable = { (episode: RhythmEpisode) in
      episode.rhythm.isLackOfBeats && poor.share(of: episode.onset...episode.offset) > 0.5
    }
    unreadableSilences = episodes.filter(isUnreadable)
    episodes.removeAll(where: isUnreadable)
  }
}
