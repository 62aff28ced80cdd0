/// Gathers, over one chunk, what ``SignalQuality`` is made of, eight samples (64 ms) at a time.
struct QualityMeter: Sendable {
  /// Samples of a group.
  static let group = 8
  /// The converter value from which a sample counts as saturated.
  private static let rail: Float = 32_000

  private var groups = 0
  private var flatGroups = 0
  private var saturated = 0
  private var sum2 = SIMD8<Float>.zero
  private var sum4 = SIMD8<Float>.zero
  private var high2: Float = 0
  private var mains = MainsCorrelation()
  /// The mean of the last group outside the band, from which the next one's is measured: large numbers do not cancel.
  private var level: Float = 0
  private var firstLevel: Float = 0
  private var baseSum: Float = 0
  private var base2: Float = 0

  /// Takes a piece of the chunk in whole groups; what remains behind the last one is left out.
  ///
  /// - Parameters:
  ///   - microvolts: The samples in µV.
  ///   - band: The band-passed signal.
  ///   - first: The index in `band` of the first sample that belongs to this piece.
  ///   - scale: One step of the converter in µV.
  mutating func add(_ microvolts: UnsafeBufferPointer<Float>, band: SampleRing.View, first: Int, scale: Float) {
    let rail = QualityMeter.rail * scale
    let input = UnsafeRawBufferPointer(microvolts)
    for start in stride(from: 0, to: microvolts.count - QualityMeter.group + 1, by: QualityMeter.group) {
      let x = input.loadUnaligned(fromByteOffset: start * 4, as: SIMD8<Float>.self)
      let filtered = band.eight(from: first + start)
      var equal = 0
      for lane in 1..<QualityMeter.group { equal &+= x[lane] == x[0] ? 1 : 0 }
      if equal == QualityMeter.group - 1 { flatGroups &+= 1 }
      for lane in 0..<QualityMeter.group { saturated &+= abs(x[lane]) >= rail ? 1 : 0 }
      let square = filtered * filtered
      sum2 += square
      sum4 += square * square
      addRest(x - filtered)
      groups += 1
    }
  }

  /// What the band-pass took away, parted into the mean of the group (baseline) and the rest (high frequencies).
  @inline(__always)
  private mutating func addRest(_ rest: SIMD8<Float>) {
    if groups == 0 {
      level = rest.sum() / 8
      firstLevel = level
    }
    let departure = rest - level
    let mean = departure.sum() / 8
    let high = departure - mean
    high2 += (high * high).sum()
    mains.add(high, at: groups * QualityMeter.group)
    level += mean
    let base = level - firstLevel
    baseSum += base
    base2 += base * base
  }

  /// The quality of the chunk; `band` holds the band-passed signal before index `end`.
  func chunkQuality(band: SampleRing.View, end: Int) -> SignalQuality {
    guard groups > 0 else { return .unusable }
    let n = Float(groups * QualityMeter.group)
    let power = sum2.sum() / n
    let flatShare = Float(flatGroups) / Float(groups)
    let saturatedShare = Float(saturated) / n
    let mean = baseSum / Float(groups)
    let kurtosis = power > 0 ? sum4.sum() / n / (power * power) : 0
    let isDoubtful = kurtosis < SignalQuality.complexKurtosis && power > SignalQuality.quiet * SignalQuality.quiet
    return SignalQuality(
      flatShare: flatShare, saturatedShare: saturatedShare, rmsMicrovolts: power.squareRoot(),
      baselineMicrovolts: max(0, base2 / Float(groups) - mean * mean).squareRoot(),
      highFrequencyMicrovolts: (high2 / n).squareRoot(), mains: mains.hum(samples: groups * QualityMeter.group),
      kurtosis: kurtosis, coherence: isDoubtful ? Coherence.measure(band, end: end) : 0)
  }
}
