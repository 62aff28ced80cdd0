/// Gathers, sample by sample, what ``SignalQuality`` is made of.
struct QualityMeter: Hashable, Sendable, Codable {
  /// µV of root mean square in the band below which there is no ECG: half of what an electrode alone hums.
  static let silence: Float = 5

  private var last: Int16?
  private var flatRun = 0
  private var slow: Float = 0
  private var hasSlow = false
  private var before: Float = 0

  // The present chunk.
  private var count = 0
  private var flat = 0
  private var saturated = 0
  private var sum2: Float = 0
  private var sum4: Float = 0
  private var high2: Float = 0
  private var baseSum: Float = 0
  private var base2: Float = 0

  mutating func beginChunk() {
    count = 0
    flat = 0
    saturated = 0
    sum2 = 0
    sum4 = 0
    high2 = 0
    baseSum = 0
    base2 = 0
  }

  @inline(__always)
  mutating func add(raw: Int16, microvolts: Float, filtered: Float) {
    flatRun = raw == last ? flatRun + 1 : 0
    last = raw
    // Eight equal samples, 64 ms, do not occur in a living ECG at a converter step of a few µV.
    if flatRun == 8 { flat += 8 }
    if flatRun > 8 { flat += 1 }
    if raw >= 32_000 || raw <= -32_000 { saturated += 1 }
    // The band-pass delays by about a sample; held against the sample before, a QRS complex leaves little behind.
    let rest = (hasSlow ? before : microvolts) - filtered
    before = microvolts
    if !hasSlow {
      slow = rest
      hasSlow = true
    }
    // One pole at 0.8 Hz parts what the band-pass took away into baseline and high frequencies.
    slow += 0.04 * (rest - slow)
    let high = rest - slow
    let square = filtered * filtered
    sum2 += square
    sum4 += square * square
    high2 += high * high
    baseSum += slow
    base2 += slow * slow
    count += 1
  }

  func chunkQuality() -> SignalQuality {
    guard count > 1 else { return .unusable }
    let n = Float(count)
    let power = sum2 / n
    let flatShare = min(1, Float(flat) / n)
    let saturatedShare = Float(saturated) / n
    guard power > QualityMeter.silence * QualityMeter.silence else {
      return SignalQuality(
        index: 0, flatShare: flatShare, saturatedShare: saturatedShare, baselineRatio: 0, highFrequencyRatio: 0,
        kurtosis: 0)
    }
    let mean = baseSum / n
    let baselineRatio = max(0, base2 / n - mean * mean) / power
    let highRatio = high2 / n / power
    let kurtosis = sum4 / n / (power * power)
    let index =
      (1 - flatShare) * (1 - saturatedShare)
      * QualityMeter.falling(baselineRatio, from: 2, to: 20)
      * QualityMeter.falling(highRatio, from: 0.15, to: 1)
      * (1 - QualityMeter.falling(kurtosis, from: 2.5, to: 5))
    return SignalQuality(
      index: index, flatShare: flatShare, saturatedShare: saturatedShare, baselineRatio: baselineRatio,
      highFrequencyRatio: highRatio, kurtosis: kurtosis)
  }

  /// 1 up to `low`, 0 from `high`, a straight line between.
  private static func falling(_ value: Float, from low: Float, to high: Float) -> Float {
    min(1, max(0, (high - value) / (high - low)))
  }
}
