/// The envelope of the QRS band and its humps.
struct QRSEnvelope: Hashable, Sendable, Codable {
  /// Samples by which a hump's top lies behind the middle of its complex.
  static let delay = 9
  private static let width = 12
  private static let smoothing = 6

  private var highPass: Biquad
  private var lowPass: Biquad
  private var ring = SampleRing(capacity: 32)
  private var means = SampleRing(capacity: 32)
  // Sums of whole numbers: a running sum in floating point would drift.
  private var sum: Int64 = 0
  private var smoothSum: Int64 = 0
  private var previous: Int64 = 0
  private var isRising = false

  init() {
    let rate = SampleRate.analysis.hertz
    highPass = Biquad(.highPass(corner: 6, quality: 0.7071, rate: rate))
    lowPass = Biquad(.lowPass(corner: 20, quality: 0.7071, rate: rate))
  }

  @inline(__always)
  mutating func step(_ x: Float, at time: Int) -> QRSCandidate? {
    // In steps of 1/4 µV; the ring holds whole numbers below 2^24, which a Float holds exactly.
    let magnitude = (abs(Float(lowPass.process(highPass.process(Double(x))))) * 4).rounded()
    let bounded = min(magnitude, 1e6)
    let leaving = ring[time - QRSEnvelope.width]
    ring[time] = bounded
    sum += Int64(bounded - leaving)
    let mean = Float(sum / 4)
    let leavingMean = means[time - QRSEnvelope.smoothing]
    means[time] = mean
    smoothSum += Int64(mean - leavingMean)
    var candidate: QRSCandidate?
    if smoothSum < previous {
      if isRising {
        candidate = QRSCandidate(
          time: time - 1, height: Float(previous) / Float(QRSEnvelope.width * QRSEnvelope.smoothing))
      }
      isRising = false
    } else if smoothSum > previous {
      isRising = true
    }
    previous = smoothSum
    return candidate
  }
}
