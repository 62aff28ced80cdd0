#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The patient's own normal beat, learnt as the session goes: the median of the first eight beats, then a running mean of
/// those that resemble it and come on time.
struct RunningNormalBeat: Hashable, Sendable, Codable {
  /// A beat resembles the normal one from this correlation of the QRS complexes on …
  static let matchCorrelation: Float = 0.9
  /// … if its QRS amplitude is between half and twice the normal one's.
  static let amplitudeRange: ClosedRange<Float> = 0.5...2
  /// Beats of which the first median is made.
  private static let learning = 8
  /// The least share of the way by which the mean follows a beat.
  private static let share: Float = 1 / 32
  /// After so many beats in a row that resemble it not, it is learnt anew: an electrode has moved, or the conduction changed.
  private static let patience = 24
  /// Samples by which a beat is moved at most, 24 ms.
  private static let reach = 3
  /// Peak-to-peak QRS amplitude below which relative measures mean nothing, in µV.
  private static let smallestAmplitude: Float = 50

  /// Signals are limited to so many times the normal beat's QRS amplitude.
  private static let signalLimit: Float = 4

  /// Where the parts of a beat lie in its window.
  static let qrs = BeatWindow.rIndex - 12..<BeatWindow.rIndex + 15
  private static let atrial = BeatWindow.rIndex - 31..<BeatWindow.rIndex - 10
  private static let repolarisation = BeatWindow.rIndex + 16..<BeatWindow.rIndex + 60

  private var samples = [Float](repeating: 0, count: BeatWindow.count)
  /// The QRS complex of the beat before.
  private var previous = [Float](repeating: 0, count: qrs.count)
  private var first: [[Float]] = []
  private var learntBeats = 0
  private var strangers = 0

  /// Compares a beat with the normal one as it is so far; the first beats are part of it.
  mutating func compare(_ window: UnsafeBufferPointer<Float>) -> NormalBeatComparison {
    if first.count < RunningNormalBeat.learning && learntBeats < RunningNormalBeat.learning { begin(with: window) }
    return samples.withUnsafeBufferPointer { normal in
      previous.withUnsafeBufferPointer { previous in
        let (shift, qrs) = RunningNormalBeat.align(window, normal)
        let amplitude = RunningNormalBeat.peakToPeak(normal)
        let atrial = SegmentComparison(window, normal, range: RunningNormalBeat.atrial, shift: shift)
        let repolarisation = SegmentComparison(window, normal, range: RunningNormalBeat.repolarisation, shift: shift)
        var measures = MorphologyMeasures()
        measures.qrsCorrelation = qrs.correlation
        measures.qrsAmplitudeRatio = log((qrs.amplitude + 1) / (qrs.referenceAmplitude + 1))
        measures.qrsDifference = qrs.difference / (qrs.referenceAmplitude + 1)
        measures.atrialCorrelation = atrial.correlation
        measures.atrialDifference = atrial.difference / amplitude
        measures.repolarisationCorrelation = repolarisation.correlation
        measures.repolarisationDifference = repolarisation.difference / amplitude
        measures.repolarisationAmplitudeRatio =
          log((repolarisation.amplitude + 1) / (repolarisation.referenceAmplitude + 1))
        measures.previousCorrelation =
          SegmentComparison(window, previous, range: previous.indices, shift: RunningNormalBeat.qrs.lowerBound)
          .correlation
        let deflection = QRSExtent(window)
        let normalExtent = QRSExtent(normal)
        measures.width = deflection.width
        measures.widening = deflection.width - normalExtent.width
        measures.deflection = deflection.peak / amplitude
        measures.shift = Float(shift)
        measures.normalAmplitude = log(amplitude / 1000)
        return NormalBeatComparison(shift: shift, amplitude: amplitude, measures: measures)
      }
    }
  }

  /// Writes a beat and its difference from the normal one, see ``BeatContext/signals``.
  ///
  /// - Parameters:
  ///   - window: The beat's samples.
  ///   - comparison: What ``compare(_:)`` said of it.
  ///   - signals: Room for `[187][2]`.
  func writeSignals(
    _ window: UnsafeBufferPointer<Float>, _ comparison: NormalBeatComparison,
    to signals: UnsafeMutableBufferPointer<Float>
  ) {
    let scale = 1 / comparison.amplitude
    let limit = RunningNormalBeat.signalLimit
    for index in 0..<BeatWindow.count {
      let sample = window[max(0, min(BeatWindow.count - 1, index + comparison.shift))]
      signals[2 * index] = max(-limit, min(limit, sample * scale))
      signals[2 * index + 1] = max(-limit, min(limit, (sample - samples[index]) * scale))
    }
  }

  /// Follows a beat, if it is one to follow.
  ///
  /// - Parameters:
  ///   - window: The beat's samples.
  ///   - comparison: What ``compare(_:)`` said of it.
  ///   - isOnTime: Whether it came no earlier than the rhythm lets expect.
  mutating func learn(_ window: UnsafeBufferPointer<Float>, from comparison: NormalBeatComparison, isOnTime: Bool) {
    for (place, index) in RunningNormalBeat.qrs.enumerated() { previous[place] = window[index] }
    let ratio = exp(comparison.measures.qrsAmplitudeRatio)
    guard comparison.measures.qrsCorrelation > RunningNormalBeat.matchCorrelation,
      RunningNormalBeat.amplitudeRange.contains(ratio)
    else {
      strangers += 1
      if strangers >= RunningNormalBeat.patience {
        first = []
        learntBeats = 0
        strangers = 0
      }
      return
    }
    strangers = 0
    guard isOnTime else { return }
    learntBeats += 1
    let share = max(RunningNormalBeat.share, 1 / Float(learntBeats))
    for index in RunningNormalBeat.reach..<BeatWindow.count - RunningNormalBeat.reach {
      samples[index] += share * (window[index + comparison.shift] - samples[index])
    }
  }

  private mutating func begin(with window: UnsafeBufferPointer<Float>) {
    first.append(Array(window))
    for index in samples.indices {
      var sorted = SortedSamples()
      for beat in first { sorted.insert(beat[index]) }
      samples[index] = sorted.median
    }
    if first.count == RunningNormalBeat.learning {
      first = []
      learntBeats = RunningNormalBeat.learning
    }
  }

  /// The shift, of the fewest samples among equals, at which the QRS complexes are most alike.
  private static func align(
    _ window: UnsafeBufferPointer<Float>, _ normal: UnsafeBufferPointer<Float>
  ) -> (shift: Int, qrs: SegmentComparison) {
    var best = (shift: 0, qrs: SegmentComparison(window, normal, range: qrs))
    for distance in 1...reach {
      for shift in [-distance, distance] {
        let comparison = SegmentComparison(window, normal, range: qrs, shift: shift)
        if comparison.correlation > best.qrs.correlation { best = (shift, comparison) }
      }
    }
    return best
  }

  private static func peakToPeak(_ samples: UnsafeBufferPointer<Float>) -> Float {
    var (low, high) = (samples[BeatWindow.rIndex], samples[BeatWindow.rIndex])
    for index in BeatWindow.rIndex - 15...BeatWindow.rIndex + 15 {
      low = min(low, samples[index])
      high = max(high, samples[index])
    }
    return max(high - low, smallestAmplitude)
  }
}
