#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Correlates a signal at 125 Hz with 50 Hz and 60 Hz: the hum of the mains in it, whatever its phase.
///
/// 25 samples hold 10 periods of 50 Hz and 12 of 60 Hz, so the references repeat.
struct MainsCorrelation: Sendable {
  private static let period = 25

  /// Cosine and sine of both frequencies, each one period and a group long.
  private static let references: [[Float]] = [50.0, 60.0].flatMap { frequency in
    [{ cos($0) }, { sin($0) }].map { (wave: (Double) -> Double) in
      (0..<period + QualityMeter.group).map {
        Float(wave(2 * Double.pi * frequency / SampleRate.analysis.hertz * Double($0)))
      }
    }
  }

  private var cosine50 = SIMD8<Float>.zero
  private var sine50 = SIMD8<Float>.zero
  private var cosine60 = SIMD8<Float>.zero
  private var sine60 = SIMD8<Float>.zero

  /// Takes eight samples, of which the first is number `index` of the chunk.
  @inline(__always)
  mutating func add(_ x: SIMD8<Float>, at index: Int) {
    let phase = index % MainsCorrelation.period
    cosine50 += x * MainsCorrelation.reference(0, phase)
    sine50 += x * MainsCorrelation.reference(1, phase)
    cosine60 += x * MainsCorrelation.reference(2, phase)
    sine60 += x * MainsCorrelation.reference(3, phase)
  }

  /// The stronger of both: its frequency in Hz and its amplitude (peak) in µV over `samples`.
  func hum(samples: Int) -> (hertz: Int, amplitude: Float) {
    func amplitude(_ cosine: SIMD8<Float>, _ sine: SIMD8<Float>) -> Float {
      let (c, s) = (cosine.sum(), sine.sum())
      return 2 * (c * c + s * s).squareRoot() / Float(samples)
    }
    let (at50, at60) = (amplitude(cosine50, sine50), amplitude(cosine60, sine60))
    return at50 >= at60 ? (50, at50) : (60, at60)
  }

  @inline(__always)
  private static func reference(_ wave: Int, _ phase: Int) -> SIMD8<Float> {
    references[wave].withUnsafeBytes { $0.loadUnaligned(fromByteOffset: phase * 4, as: SIMD8<Float>.self) }
  }
}
