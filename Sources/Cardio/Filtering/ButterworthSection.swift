#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The coefficients of a second-order Butterworth section by the bilinear transform with a prewarped corner
/// (Oppenheim & Schafer, *Discrete-Time Signal Processing*, §7.2). `a0` is 1.
struct ButterworthSection: Hashable, Sendable {
  let b0: Double
  let b1: Double
  let b2: Double
  let a1: Double
  let a2: Double

  /// A high-pass section: −3 dB at `corner` Hz for `quality` = 1/√2.
  static func highPass(corner: Double, quality: Double, rate: Double) -> ButterworthSection {
    let k = tan(Double.pi * corner / rate)
    let norm = 1 / (1 + k / quality + k * k)
    return ButterworthSection(
      b0: norm, b1: -2 * norm, b2: norm, a1: 2 * (k * k - 1) * norm, a2: (1 - k / quality + k * k) * norm)
  }

  /// A low-pass section.
  static func lowPass(corner: Double, quality: Double, rate: Double) -> ButterworthSection {
    let k = tan(Double.pi * corner / rate)
    let norm = 1 / (1 + k / quality + k * k)
    return ButterworthSection(
      b0: k * k * norm, b1: 2 * k * k * norm, b2: k * k * norm, a1: 2 * (k * k - 1) * norm,
      a2: (1 - k / quality + k * k) * norm)
  }

  /// The quality factors of the sections of a Butterworth filter of even `order`.
  static func qualities(order: Int) -> [Double] {
    (0..<order / 2).map { 1 / (2 * cos(Double.pi * Double(2 * $0 + 1) / Double(2 * order))) }
  }
}
