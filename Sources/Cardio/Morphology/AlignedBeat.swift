/// One beat cut out of a signal with its R peak at the same place as every other's, to a fraction of a sample.
public struct AlignedBeat: Hashable, Sendable {
  /// Samples before the R peak: 360 ms, the whole P wave.
  public static let before = 45
  /// Samples of a beat, 1 s: the whole T wave of a slow heart.
  public static let count = 125

  /// ``count`` samples in µV at 125 Hz; the R peak lies at ``before``.
  public let samples: [Float]

  /// Takes samples that are aligned already; `nil` for another number than ``count``, or one that is not finite.
  public init?(samples: [Float]) {
    guard samples.count == Self.count, samples.allSatisfy(\.isFinite) else { return nil }
    self.samples = samples
  }

  /// Cuts a beat out, by cubic interpolation between the samples (Catmull–Rom).
  /// - Parameters:
  ///   - signal: Samples in µV without a gap.
  ///   - first: The index of the first one on the session's timeline.
  ///   - position: The R peak on the same timeline.
  /// - Returns: `nil` where the signal does not hold all of the beat.
  public init?(_ signal: [Int16], first: Int, position: Double) {
    guard position.isFinite, abs(position) < 1e12 else { return nil }
    let start = position - Double(Self.before) - Double(first)
    let whole = Int(start.rounded(.down))
    guard whole >= 1, whole + Self.count + 2 <= signal.count else { return nil }
    let part = Float(start - Double(whole))
    samples = (0..<Self.count).map { index in
      let place = whole + index
      return Self.interpolate(
        Float(signal[place - 1]), Float(signal[place]), Float(signal[place + 1]), Float(signal[place + 2]), part)
    }
  }

  /// The value between the second and the third of four samples.
  @inline(__always)
  static func interpolate(_ a: Float, _ b: Float, _ c: Float, _ d: Float, _ part: Float) -> Float {
    let linear = c - a
    let square = 2 * a - 5 * b + 4 * c - d
    let cube = 3 * (b - c) + d - a
    return b + part / 2 * (linear + part * (square + part * cube))
  }
}
