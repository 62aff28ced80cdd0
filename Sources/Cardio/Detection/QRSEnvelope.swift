/// The envelope of the QRS band: one hump a complex, whatever its polarity.
///
/// The absolute value of the QRS band of ``AnalysisFilter``; moving means over 96 ms and 48 ms. The means are sums of whole numbers below 2²⁴, which a `Float` holds exactly: nothing drifts.
struct QRSEnvelope: Hashable, Sendable, Codable {
  /// Samples by which a hump's top lies behind the middle of its complex.
  static let delay = 9
  /// Samples of the first mean.
  private static let width = 12
  /// Samples of the second mean.
  private static let smoothing = 6
  /// Steps a microvolt.
  private static let steps: Float = 4
  /// The largest magnitude in steps, 125 mV: above every ECG, and low enough that all sums stay exact.
  private static let largest: Float = 500_000

  private var sum: Float = 0
  private var smoothSum: Float = 0
  private var isRising = false

  /// Takes samples of the QRS band, the first of them at `time`; calls `found` for every hump whose top has been passed.
  ///
  /// `magnitudes` and `means` are rings of at least 16 samples that belong to this envelope.
  @inline(__always)
  mutating func run(
    _ outputs: UnsafeBufferPointer<SIMD4<Float>>, from time: Int, magnitudes: SampleRing.View, means: SampleRing.View,
    found: (QRSCandidate) -> Void
  ) {
    var (sum, smoothSum, isRising) = (self.sum, self.smoothSum, self.isRising)
    let (width, smoothing) = (QRSEnvelope.width, QRSEnvelope.smoothing)
    let count = outputs.count
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * count + width + smoothing) { buffer in
      // The buffer is not empty, so it has an address.
      let newMagnitudes = buffer.baseAddress! + width
      let newMeans = newMagnitudes + count + smoothing
      for past in 1...width { newMagnitudes[-past] = magnitudes[time &- past] }
      for past in 1...smoothing { newMeans[-past] = means[time &- past] }
      for index in 0..<count {
        let band = outputs[index][AnalysisFilter.qrsLane]
        newMagnitudes[index] = QRSEnvelope.whole(min(abs(band) * QRSEnvelope.steps, QRSEnvelope.largest))
      }
      for index in 0..<count {
        sum += newMagnitudes[index] - newMagnitudes[index &- width]
        let mean = QRSEnvelope.whole(sum * 0.25)
        newMeans[index] = mean
        let before = smoothSum
        smoothSum += mean - newMeans[index &- smoothing]
        if smoothSum == before { continue }
        if isRising, smoothSum < before {
          found(QRSCandidate(time: time &+ index &- 1, height: before / Float(width * smoothing)))
        }
        isRising = smoothSum > before
      }
      for past in 1...width { magnitudes[time &+ count &- past] = newMagnitudes[count &- past] }
      for past in 1...smoothing { means[time &+ count &- past] = newMeans[count &- past] }
    }
    (self.sum, self.smoothSum, self.isRising) = (sum, smoothSum, isRising)
  }

  /// The nearest whole number of a value between 0 and 2²²: adding 2²³ leaves no bits for a fraction. Where the processor
  /// has no instruction for it, `rounded()` is a call.
  @inline(__always)
  private static func whole(_ value: Float) -> Float {
    (value + 0x1p23) - 0x1p23
  }
}
