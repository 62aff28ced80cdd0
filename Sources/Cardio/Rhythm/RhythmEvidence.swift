/// What the models of the rhythm analysis say at one moment, as probabilities, 0…1.
public struct RhythmEvidence: Hashable, Sendable {
  /// The lowest P(ventricular tachycardia, flutter or fibrillation) of the windows of 4.1 s of waveform that ended within the last call;
  /// `nil` where none ended.
  public let ventricularLow: Float?
  /// The highest of them.
  public let ventricularHigh: Float?
  /// P(atrial fibrillation), a mean over some 60 beats; `nil` until 40 beats without a gap are known.
  public let fibrillation: Float?
  /// The beat for which ``fibrillation`` holds, in samples: the middle of those.
  public let fibrillationPosition: Double?
}
