/// What one call of an ``ECGStream`` found.
public struct ECGStreamOutput: Hashable, Sendable {
  /// The beats that became complete, in order of time. A beat may lie in an earlier call's samples.
  public var beats: [SegmentedBeat] = []
  /// The gaps that this call opened or lengthened. Neighbouring gaps of one reason are one gap, told piece by piece.
  public var gaps: [SignalGap] = []
  /// The quality of this call's samples; see ``SignalQuality``. Zero while the lead is off.
  public var signalQuality: SignalQuality = .unusable
  /// Whether the lead was off in this call's samples.
  public var isLeadOff = false
  /// Samples of this call that had already been analysed (a repeated or overlapping chunk) and were left out.
  public var staleSamples = 0

  /// Nothing found.
  public init() {}

  /// Forgets what was found and keeps the storage.
  mutating func reset() {
    beats.removeAll(keepingCapacity: true)
    gaps.removeAll(keepingCapacity: true)
    signalQuality = .unusable
    isLeadOff = false
    staleSamples = 0
  }
}
