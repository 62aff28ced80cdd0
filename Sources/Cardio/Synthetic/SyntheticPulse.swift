#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The light that a finger lets through while a heart beats: a photoplethysmogram of a finger that does not exist, at 125 Hz.
///
/// Each beat's wave arrives a pulse transit time after its R peak and dips the light twice (systolic and dicrotic wave); a beat that
/// comes early, before the ventricle has filled, dips it less. Deterministic, for demonstrations and tests.
public struct SyntheticPulse: Sendable {
  /// A piece of both channels: the converter's counts, 15 bits as the MAX30102's driver gives them.
  public struct Piece: Hashable, Sendable {
    /// Red light, counts.
    public var red: [Float] = []
    /// Infrared light, counts.
    public var infrared: [Float] = []
  }

  private struct Wave {
    let arrival: Double
    let strength: Double
  }

  /// Light without a pulse, counts: inside the range of 0…32,767 with room for both waves.
  private static let redLevel: Float = 14_200
  private static let infraredLevel: Float = 17_600
  /// Share by which a wave of strength 1 dims infrared light (perfusion index 2 %).
  private static let infraredDip: Float = 0.02
  /// Ratio of both dips: 0.5, near 97 % saturation (110 − 25 × ratio, the data sheet's rule of thumb).
  private static let ratio: Float = 0.5
  /// From the R peak to the foot of the wave at a finger, seconds.
  private static let transit = 0.22
  /// A wave is over after so many seconds.
  private static let length = 1.2

  private var waves: [Wave] = []
  private var lastBeat: Double?
  private var nextSample = 0
  private var noise: SeededGenerator

  /// A finger without a pulse yet; `seed` varies the noise.
  public init(seed: UInt64 = 0) {
    noise = SeededGenerator(seed: seed)
  }

  /// The next `count` samples, given the beats up to their end.
  /// - Parameters:
  ///   - count: Samples wanted of each channel.
  ///   - beats: R peaks since the last call, in samples from the first one, in order.
  public mutating func next(_ count: Int, beats: [Double]) -> Piece {
    for beat in beats {
      let time = beat * SampleRate.analysis.interval
      // Filling: a wave after 0.8 s has strength 1.
      let strength = lastBeat.map { min(1.2, max(0.15, (time - $0) / 0.8)) } ?? 1
      waves.append(Wave(arrival: time + Self.transit, strength: strength))
      lastBeat = time
    }
    var piece = Piece()
    for _ in 0..<max(0, count) {
      let time = Double(nextSample) * SampleRate.analysis.interval
      waves.removeAll { $0.arrival + Self.length < time }
      let dip = Float(waves.reduce(0) { $0 + $1.strength * Self.shape(time - $1.arrival) }) * Self.infraredDip
      let breathing = Float(0.002 * sin(2 * .pi * 0.25 * time))
      piece.infrared.append(Self.infraredLevel * (1 - dip + breathing) + Float(3 * noise.normal()))
      piece.red.append(Self.redLevel * (1 - dip * Self.ratio + breathing) + Float(3 * noise.normal()))
      nextSample += 1
    }
    return piece
  }

  /// 0…1 from the foot of the wave on.
  private static func shape(_ time: Double) -> Double {
    guard time > 0 else { return 0 }
    func bump(_ place: Double, _ width: Double) -> Double {
      exp(-0.5 * ((time - place) / width) * ((time - place) / width))
    }
    return (1 - exp(-time / 0.02)) * (bump(0.16, 0.07) + 0.4 * bump(0.42, 0.1))
  }
}
