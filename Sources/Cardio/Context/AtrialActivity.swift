#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What lies ahead of the QRS complex and comes with it: a P wave outlives averaging, the waves of atrial fibrillation do not.
struct AtrialActivity: Hashable, Sendable, Codable {
  /// A value for each sample of the segment.
  private typealias Segment = InlineArray<24, Float>

  /// From 256 ms to 64 ms before the R peak.
  private static let segment = BeatWindow.rIndex - 32..<BeatWindow.rIndex - 8
  /// The least share of the way by which the mean follows a beat.
  private static let share: Float = 1 / 48
  /// The power of an electrode's own noise, in µV²: what is smaller tells nothing.
  private static let noise: Float = 25

  private var mean = [Float](repeating: 0, count: segment.count)
  /// The mean power of what the beats' segments differ from their mean, in µV².
  private var restPower: Float = 0
  private var learntBeats = 0

  /// A beat's atrial segment beside the mean so far.
  struct Comparison {
    /// How they compare.
    let measures: AtrialMeasures
    /// The segment in µV about its baseline.
    fileprivate let segment: InlineArray<24, Float>
    /// The mean power of its difference from the mean segment, in µV².
    fileprivate let difference: Float
  }

  /// Measures a beat's atrial segment against the mean so far.
  ///
  /// - Parameters:
  ///   - window: The beat's samples in µV.
  ///   - shift: How many samples later than usual the QRS complex lies in it.
  func compare(_ window: UnsafeBufferPointer<Float>, shift: Int) -> Comparison {
    let line = AtrialActivity.line(window, shift: shift)
    var values = Segment(repeating: 0)
    var (beat, ofMean, product, difference, peak): (Float, Float, Float, Float, Float) = (0, 0, 0, 0, 0)
    for (place, index) in AtrialActivity.segment.enumerated() {
      let value = window[index + shift] - line.start - line.slope * Float(place)
      values[place] = value
      beat += value * value
      ofMean += mean[place] * mean[place]
      product += value * mean[place]
      difference += (value - mean[place]) * (value - mean[place])
      peak = max(peak, value)
    }
    let count = Float(AtrialActivity.segment.count)
    (beat, ofMean, product, difference) = (beat / count, ofMean / count, product / count, difference / count)
    let noise = AtrialActivity.noise
    var measures = AtrialMeasures()
    measures.coherence = log((ofMean + noise) / (restPower + noise))
    measures.match = product / ((beat + noise) * (ofMean + noise)).squareRoot()
    measures.meanPower = log(ofMean + noise) / 2 - 3
    measures.beatPower = log(beat + noise) / 2 - 3
    measures.strangeness = log((difference + noise) / (restPower + noise)) / 2
    measures.peak = peak / (beat.squareRoot() + 5)
    return Comparison(measures: measures, segment: values, difference: difference)
  }

  /// Takes a normal beat's atrial segment into the mean.
  ///
  /// - Parameter comparison: What ``compare(_:shift:)`` said of the beat.
  mutating func learn(_ comparison: Comparison) {
    learntBeats += 1
    let share = max(AtrialActivity.share, 1 / Float(learntBeats))
    restPower += share * (comparison.difference - restPower)
    for place in mean.indices { mean[place] += share * (comparison.segment[place] - mean[place]) }
  }

  /// The straight line of least squares through the segment: the baseline, and the preceding T wave's end.
  private static func line(_ window: UnsafeBufferPointer<Float>, shift: Int) -> (start: Float, slope: Float) {
    let count = Float(segment.count)
    let centre = (count - 1) / 2
    var (sum, moment, spread): (Float, Float, Float) = (0, 0, 0)
    for (place, index) in segment.enumerated() {
      let distance = Float(place) - centre
      sum += window[index + shift]
      moment += distance * window[index + shift]
      spread += distance * distance
    }
    let slope = moment / spread
    return (sum / count - slope * centre, slope)
  }
}
