#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What a beat's QRS complex is beside those that the patient's own conduction makes, whatever a classifier calls it.
public enum QRSShape: Hashable, Sendable {
  /// It resembles the running normal beat: correlation above 0.9, amplitude between half of it and twice.
  case normal
  /// It does not.
  case other
  /// It does not, and it is wider by 40 ms and more: 120 ms beside a normal complex of 80.
  case wide
}

extension BeatContext {
  /// Samples at 125 Hz by which a complex is wider.
  private static let widening: Float = 5

  /// What the QRS complex is beside the running normal beat. Nothing but that of the first eight beats' median while those are learnt.
  public var shape: QRSShape {
    // The order of ``MorphologyMeasures/forEach(_:)``.
    let first = RhythmMeasures.count
    let isAlike =
      measures[first] > RunningNormalBeat.matchCorrelation
      && RunningNormalBeat.amplitudeRange.contains(exp(measures[first + 1]))
    if isAlike { return .normal }
    return min(measures[first + 11], measures[first + 12]) >= Self.widening ? .wide : .other
  }
}
