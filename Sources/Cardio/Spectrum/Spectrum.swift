#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The amplitude spectrum of a stretch of ECG, 0–50 Hz.
///
/// One periodogram under a Hann window, without the mean, padded with zeros to a power of two and scaled so that a
/// sinusoid of amplitude `a` µV on a bin reads `a` (amplitude, not root mean square).
public struct Spectrum: Hashable, Sendable, Codable {
  /// The highest frequency kept, in Hz: where the anti-alias filter's pass band ends.
  public static let highestFrequency = 50.0
  /// The longest stretch, in samples: 131 s at 125 Hz.
  public static let maximumSamples = 16_384

  /// The distance of two bins in Hz.
  public let binWidth: Double
  /// The amplitude in µV at 0, 1, 2 … times ``binWidth``, up to ``highestFrequency``.
  public let amplitudes: [Float]

  /// The spectrum of the last ``maximumSamples`` of `microvolts` (µV at 125 Hz); `nil` with fewer than 16 samples or one not finite.
  public init?(_ microvolts: [Float]) {
    let samples = microvolts.suffix(Spectrum.maximumSamples)
    guard samples.count >= 16, samples.allSatisfy(\.isFinite) else { return nil }
    var size = 16
    while size < samples.count { size *= 2 }
    let mean = samples.reduce(0) { $0 + Double($1) } / Double(samples.count)
    var real = [Double](repeating: 0, count: size)
    var imaginary = real
    var windowSum = 0.0
    for (index, sample) in samples.enumerated() {
      let weight = 0.5 - 0.5 * cos(2 * Double.pi * (Double(index) + 0.5) / Double(samples.count))
      real[index] = (Double(sample) - mean) * weight
      windowSum += weight
    }
    FourierTransform.forward(&real, &imaginary)
    let width = SampleRate.analysis.hertz / Double(size)
    let bins = Int(Spectrum.highestFrequency / width) + 1
    amplitudes = (0..<bins).map { bin in
      let magnitude = (real[bin] * real[bin] + imaginary[bin] * imaginary[bin]).squareRoot()
      return Float(magnitude / windowSum * (bin == 0 ? 1 : 2))
    }
    binWidth = width
  }

  /// The frequency in Hz of the highest amplitude from `lowest` Hz on; `nil` when there is none above zero.
  public func peakFrequency(above lowest: Double = 0) -> Double? {
    var best: (bin: Int, value: Float)?
    for (bin, value) in amplitudes.enumerated() where Double(bin) * binWidth >= lowest && value > (best?.value ?? 0) {
      best = (bin, value)
    }
    return best.map { Double($0.bin) * binWidth }
  }
}
