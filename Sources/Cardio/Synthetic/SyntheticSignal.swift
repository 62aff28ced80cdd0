/// A beat that a ``SyntheticPatient`` made: the truth against which a detector is judged.
public struct SyntheticBeat: Hashable, Sendable, Codable {
  /// The R peak in samples at 125 Hz from the patient's first sample, with a fraction.
  public let position: Double
  /// What the beat is.
  public let beatClass: BeatClass

  /// A beat at `position`.
  public init(position: Double, beatClass: BeatClass) {
    self.position = position
    self.beatClass = beatClass
  }
}

/// A piece of a synthetic patient's ECG.
public struct SyntheticSignal: Hashable, Sendable {
  /// The index of the first sample.
  public var firstSample: Int
  /// The samples at 125 Hz in µV.
  public var microvolts: [Float]
  /// For each sample whether an electrode was off.
  public var isLeadOff: [Bool]
  /// The beats whose R peak lies in this piece; none while the lead is off.
  public var beats: [SyntheticBeat]

  /// A piece of signal from `firstSample`.
  public init(firstSample: Int, microvolts: [Float], isLeadOff: [Bool], beats: [SyntheticBeat]) {
    self.firstSample = firstSample
    self.microvolts = microvolts
    self.isLeadOff = isLeadOff
    self.beats = beats
  }
}
