#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A linear-phase low-pass by the Kaiser window (Kaiser 1974; Oppenheim & Schafer, *Discrete-Time Signal Processing*, §7.6).
enum KaiserLowPass {
  /// Stop-band attenuation in decibels: below one step of a 12-bit converter.
  static let attenuation = 80.0

  /// The window's shape for ``attenuation``.
  static let beta = 0.1102 * (attenuation - 8.7)

  /// Half the filter's length in seconds, for a transition of `transition` Hz.
  static func halfLength(transition: Double) -> Double {
    (attenuation - 7.95) / (2.285 * 2 * Double.pi * transition) / 2
  }

  /// The continuous impulse response at `time` seconds from its middle, for a cut-off in Hz and a half length in seconds.
  static func response(at time: Double, cutoff: Double, halfLength: Double) -> Double {
    let position = time / halfLength
    guard abs(position) <= 1 else { return 0 }
    let window = besselI0(beta * (1 - position * position).squareRoot()) / besselI0(beta)
    let angle = 2 * Double.pi * cutoff * time
    let sinc = abs(angle) < 1e-9 ? 1 : sin(angle) / angle
    return 2 * cutoff * sinc * window
  }

  /// The modified Bessel function of the first kind and order zero, by its power series.
  static func besselI0(_ x: Double) -> Double {
    var sum = 1.0
    var term = 1.0
    var k = 1.0
    while term > sum * 1e-17 {
      let factor = x / (2 * k)
      term *= factor * factor
      sum += term
      k += 1
    }
    return sum
  }
}
