/// What the analysis says of the rhythm as of one chunk, beside its beats. Probabilities are 0…1, in steps of 1/10000.
public struct RhythmReading: Sendable, Hashable {
  /// The lowest P(ventricular tachycardia, flutter or fibrillation) of the windows of 4.1 s of waveform that ended in the
  /// chunk, whatever beats and signal quality say; `nil` where none ended.
  public var ventricularLow: Double?
  /// The highest of them.
  public var ventricularHigh: Double?
  /// P(atrial fibrillation) over some 60 beats; `nil` until 40 beats in a row are known.
  public var fibrillation: Double?
  /// The beat in the middle of those: where on the session's timeline ``fibrillation`` holds, in samples.
  public var fibrillationPosition: UInt64?
  /// How far the signal could be read whatever its rhythm, 0…1: the signal quality without its factor for noise where QRS
  /// complexes have their energy, which takes ventricular fibrillation for noise.
  public var readability: Double?

  /// States probabilities.
  public init(
    ventricularLow: Double? = nil, ventricularHigh: Double? = nil, fibrillation: Double? = nil,
    fibrillationPosition: UInt64? = nil, readability: Double? = nil
  ) {
    self.ventricularLow = ventricularLow
    self.ventricularHigh = ventricularHigh
    self.fibrillation = fibrillation
    self.fibrillationPosition = fibrillationPosition
    self.readability = readability
  }
}

/// What a device says of itself in a status chunk (`docs/wire-format.md`); `nil` where it says nothing.
public struct StatusReading: Sendable, Hashable {
  /// Charge of the battery, 0…1, in steps of 1/1000.
  public var battery: Double?
  /// Strength of the radio signal in dBm.
  public var signalStrength: Int?
  /// Seconds since the device started.
  public var uptimeSeconds: UInt64?
  /// Chunks that it still holds.
  public var outboxChunks: UInt64?
  /// Samples that it lost so far.
  public var lostSamples: UInt64?
  /// Whether it declares the session's end.
  public var isSessionEnd: Bool
  /// Beats that the device judged itself since it started, while it had no connection: a hint to whoever wears it, never a finding of
  /// ours. The same beats are judged here when their chunks come.
  public var judgedBeats: UInt64?
  /// Those of ``judgedBeats`` that it flagged as abnormal.
  public var flaggedBeats: UInt64?

  /// States what a device said.
  public init(
    battery: Double? = nil, signalStrength: Int? = nil, uptimeSeconds: UInt64? = nil, outboxChunks: UInt64? = nil,
    lostSamples: UInt64? = nil, isSessionEnd: Bool = false, judgedBeats: UInt64? = nil, flaggedBeats: UInt64? = nil
  ) {
    self.battery = battery
    self.signalStrength = signalStrength
    self.uptimeSeconds = uptimeSeconds
    self.outboxChunks = outboxChunks
    self.lostSamples = lostSamples
    self.isSessionEnd = isSessionEnd
    self.judgedBeats = judgedBeats
    self.flaggedBeats = flaggedBeats
  }
}
