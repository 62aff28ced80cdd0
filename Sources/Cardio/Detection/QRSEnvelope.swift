/// The envelope of the QRS band: one hump a complex, whatever its polarity.
///
/// Band-pass 12–27 Hz, where QRS complexes have energy and P and T waves have little; absolute value; moving means over
/// 96 ms and 48 ms. The means are sums of whole numbers below 2²⁴, which a `Float` holds exactly: nothing drifts.
struct QRSEnvelope: Hashable, Sendable, Codable {
  /// Samples by which a hump's top lies behind the middle of its complex.
  static let delay = 9
  /// The band, in Hz.
  private static let lowCorner = 12.0
  private static let highCorner = 27.0
  /// Samples of the first mean.
  private static let width = 12
  /// Samples of the second mean.
  private static let smoothing = 6
  /// Steps a microvolt.
  private static let steps: Float = 4
  /// The largest magnitude in steps, 125 mV: above every ECG, and low enough that all sums stay exact.
  private static let largest: Float = 500_000

  private var highPass: Biquad
  private var lowPass: Biquad
  private var sum: Float = 0
  private var smoothSum: Float = 0
  private var isRising = false

  init() {
    let rate = SampleRate.analysis.hertz
    let quality = ButterworthSection.qualities(order: 2)[0]
    highPass = Biquad(.highPass(corner: QRSEnvelope.lowCorner, quality: quality, rate: rate))
    lowPass = Biquad(.lowPass(corner: QRSEnvelope.highCorner, quality: quality, rate: rate))
  }

  /// Takes the next band-passed sample; returns the height of a hump whose top was the sample before, else 0.
  ///
  /// `magnitudes` and `means` are rings of at least 16 samples that belong to this envelope.
  @inline(__always)
  mutating func step(_ x: Float, at time: Int, magnitudes: SampleRing.View, means: SampleRing.View)
    -> Float
  {
    let band = Float(lowPass.process(highPass.process(Double(x))))
    let magnitude = QRSEnvelope.whole(min(abs(band) * QRSEnvelope.steps, QRSEnvelope.largest))
    sum += magnitude - magnitudes[time - QRSEnvelope.width]
    magnitudes[time] = magnitude
    let mean = QRSEnvelope.whole(sum / 4)
    let before = smoothSum
    smoothSum += mean - means[time - QRSEnvelope.smoothing]
    means[time] = mean
    var height: Float = 0
    if smoothSum < before {
      if isRising { height = before / Float(QRSEnvelope.width * QRSEnvelope.smoothing) }
      isRising = false
    } else if smoothSum > before {
      isRising = true
    }
    return height
  }
  /// The nearest whole number of a value between 0 and 2²²: adding 2²³ leaves no bits for a fraction. Where the processor
  /// has no instruction for it, `rounded()` is a call.
  @inline(__always)
  private static func whole(_ value: Float) -> Float {
    (value + 0x1p23) - 0x1p23
  }
}
