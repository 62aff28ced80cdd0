/// What a classifier is told of a beat besides the beat itself: how it differs from the patient's running normal beat, and
/// where it stands in the rhythm. Made by ``PatientContext``, beat by beat, from the past and the next RR interval alone.
public struct BeatContext: Hashable, Sendable {
  /// Signals of 187 samples: the beat, and the beat less the patient's running normal beat.
  public static let signalCount = 2
  /// Numbers that ``measures`` holds.
  public static let measureCount =
    RhythmMeasures.count + MorphologyMeasures.count + AtrialMeasures.count

  /// `[187][2]`, time-major: the beat, moved by whole samples so that its QRS complex lies on the running normal beat's,
  /// and its difference from that; both divided by the running normal beat's peak-to-peak QRS amplitude, limited to ±4.
  public internal(set) var signals: [Float]
  /// Measures of rhythm, morphology and atrial activity, in the order of their types; every one finite.
  public internal(set) var measures: [Float]

  /// Room for a context: all zeros.
  public init() {
    signals = [Float](repeating: 0, count: BeatWindow.count * BeatContext.signalCount)
    measures = [Float](repeating: 0, count: BeatContext.measureCount)
  }

  /// A context of exactly the right size with finite numbers; `nil` otherwise.
  ///
  /// - Parameters:
  ///   - signals: `[187][2]`.
  ///   - measures: ``measureCount`` numbers.
  public init?(signals: [Float], measures: [Float]) {
    guard signals.count == BeatWindow.count * BeatContext.signalCount, measures.count == BeatContext.measureCount,
      signals.allSatisfy(\.isFinite), measures.allSatisfy(\.isFinite)
    else { return nil }
    self.signals = signals
    self.measures = measures
  }
}
