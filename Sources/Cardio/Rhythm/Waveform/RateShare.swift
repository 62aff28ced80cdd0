#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The share of a window's power that lies at the rates of ventricular tachycardia, flutter and fibrillation: 2–12 Hz, 120–720 a minute.
///
/// What moves an electrode swings more slowly, and muscle faster; so does a trace that drifts in asystole. A rhythm of less than 120 a
/// minute leaves time for beats, which are found and told by their class.
package enum RateShare {
  /// Below this share a window shows no ventricular rhythm, whatever else it looks like: half.
  package static let limit: Float = 0.5
  /// The transform's lines of 0.244 Hz in the band …
  private static let band = 8...49
  /// … and in all of the band-passed signal, from 0.5 Hz on.
  private static let all = 2...127
  /// The taper of Hann, so that drift does not leak into the band.
  private static let taper: [Double] = (0..<WaveformFeatures.window).map {
    0.5 - 0.5 * cos(2 * Double.pi * (Double($0) + 0.5) / Double(WaveformFeatures.window))
  }

  /// The share of ``WaveformFeatures/window`` samples at 62.5 Hz, 0…1; 0 for a flat line.
  package static func measure(_ signal: UnsafeBufferPointer<Float>) -> Float {
    precondition(signal.count == WaveformFeatures.window)
    let mean = Double(signal.reduce(0, +)) / Double(signal.count)
    var real = zip(signal, taper).map { (Double($0) - mean) * $1 }
    var imaginary = [Double](repeating: 0, count: signal.count)
    FourierTransform.forward(&real, &imaginary)
    func power(_ lines: ClosedRange<Int>) -> Double {
      lines.reduce(0) { $0 + real[$1] * real[$1] + imaginary[$1] * imaginary[$1] }
    }
    let whole = power(all)
    return whole > 0 ? Float(power(band) / whole) : 0
  }
}
