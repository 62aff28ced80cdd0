#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The running height of beats and of the rest, and the threshold between them, all in µV of the envelope.
struct QRSLevels: Hashable, Sendable, Codable {
  /// The share of the way to a new beat's height by which the level moves.
  private static let signalShare: Float = 0.113
  /// The same for the rest, upward …
  private static let noiseRise: Float = 0.124
  /// … and downward.
  private static let noiseFall: Float = 0.158
  /// The threshold is the weighted geometric mean of both levels, times ``margin``; this is the weight of the beats. In
  /// a quiet signal low beats are found; where the rest is high, only high ones.
  private static let signalWeight: Float = 0.57
  private static let margin: Float = 1.19
  /// Noise gate: a beat stands this many times above the rest.
  private static let gate: Float = 2.3
  /// Below this, in µV, the envelope shows no heart: a QRS complex of 0.1 mV reaches 20 µV.
  private static let floor: Float = 8.6
  /// How much higher than usual a beat may be and still count in full, so that a spike does not deafen the detector.
  private static let usualExcess: Float = 2.3
  /// When levels are learnt: how many times above the median candidate the highest must stand to be a beat.
  private static let standingOut: Float = 4

  private var signal: Float = 0
  private var noise: Float = 0

  /// What a candidate must exceed.
  private(set) var threshold = floor
  /// The threshold without the noise gate, on which search-back goes by: where a beat is overdue, less is enough.
  private(set) var searchThreshold = floor

  /// Takes the levels from `heights` (ascending) if the highest stands out as a beat does, or if forced; returns whether.
  mutating func learn(_ heights: [Float], isForced: Bool) -> Bool {
    guard let highest = heights.last else { return isForced }
    let median = heights[heights.count / 2]
    guard isForced || highest > QRSLevels.standingOut * median else { return false }
    signal = 0.7 * highest
    noise = min(median, 0.1 * highest)
    update()
    return true
  }

  mutating func takeBeat(_ height: Float) {
    signal += QRSLevels.signalShare * (bounded(height) - signal)
    update()
  }

  mutating func takeRest(_ height: Float) {
    noise +=
      (height > noise ? QRSLevels.noiseRise : QRSLevels.noiseFall) * (min(height, signal) - noise)
    update()
  }

  /// A height as far as it is usual.
  func bounded(_ height: Float) -> Float {
    min(height, QRSLevels.usualExcess * signal)
  }

  private mutating func update() {
    let weight = QRSLevels.signalWeight
    let mean = pow(signal, weight) * pow(max(1, noise), 1 - weight)
    searchThreshold = max(QRSLevels.floor, QRSLevels.margin * mean)
    threshold =
      signal < QRSLevels.gate * noise
      ? max(searchThreshold, QRSLevels.gate * noise) : searchThreshold
  }
}
