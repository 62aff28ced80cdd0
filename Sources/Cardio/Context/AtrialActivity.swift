#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What lies ahead of the QRS complex and comes with it: a P wave outlives averaging, the waves of atrial fibrillation do not.
struct AtrialActivity: Hashable, Sendable, Codable {
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

  /// Measures a beat's atrial segment against the mean so far.
  ///
  /// - Parameters:
  ///   - window: The beat's samples in µV.
  ///   - shift: How many samples later than usual the QRS complex lies in it.
  func compare(_ window: UnsafeBufferPointer<Float>, shift: Int) -> AtrialMeasures {
    let powers = powers(window, shift: shift)
    let noise = AtrialActivity.noise
    var measures = AtrialMeasures()
    measures.coherence = log((powers.mean + noise) / (restPower + noise))
    measures.match = powers.product / ((powers.beat + noise) * (powers.mean + noise)).squareRoot()
    measures.meanPower = log(powers.mean + noise) / 2 - 3
    measures.beatPower = log(powers.beat + noise) / 2 - 3
    measures.strangeness = log((powers.difference + noise) / (restPower + noise)) / 2
    measures.peak = powers.peak / (powers.beat.squareRoot() + 5)
    return measures
  }

  /// Takes a normal beat's atrial segment into the mean.
  ///
  /// - Parameters:
  ///   - window: The beat's samples in µV.
  ///   - shift: How many samples later than usual the QRS complex lies in it.
  mutating func learn(_ window: UnsafeBufferPointer<Float>, shift: Int) {
    let difference = powers(window, shift: shift).difference
    learntBeats += 1
    let share = max(AtrialActivity.share, 1 / Float(learntBeats))
    restPower += share * (difference - restPower)
    let line = AtrialActivity.line(window, shift: shift)
    for (place, index) in AtrialActivity.segment.enumerated() {
      mean[place] += share * (window[index + shift] - line.start - line.slope * Float(place) - mean[place])
    }
  }

  private func powers(
    _ window: UnsafeBufferPointer<Float>, shift: Int
  ) -> (beat: Float, mean: Float, product: Float, difference: Float, peak: Float) {
    let line = AtrialActivity.line(window, shift: shift)
    var (beat, ofMean, product, difference, peak): (Float, Float, Float, Float, Float) = (0, 0, 0, 0, 0)
    for (place, index) in AtrialActivity.segment.enumerated() {
      let value = window[index + shift] - line.start - line.slope * Float(place)
      beat += value * value
      ofMean += mean[place] * mean[place]
      product += value * mean[place]
      difference += (value - mean[place]) * (value - mean[place])
      peak = max(peak, value)
    }
    let count = Float(AtrialActivity.segment.count)
    return (beat / count, ofMean / count, product / count, difference / count, peak)
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
