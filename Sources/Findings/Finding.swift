public import Wire

/// What the analysis says after one chunk: the unit that is sealed, stored and read by the notifier and the dashboard.
///
/// Every chunk of a session has exactly one finding, under the chunk's sequence number; a chunk that carries no ECG
/// (status, photoplethysmogram) has one without samples.
public struct Finding: Sendable, Hashable {
  /// The chunk's sequence number.
  public var sequence: UInt64
  /// What the chunk's samples are.
  public var kind: ChunkKind
  /// Index of the chunk's first sample on the session's timeline at 125 Hz.
  public var firstSample: UInt64
  /// Samples in the chunk.
  public var sampleCount: Int
  /// Unix time of the first sample, microseconds.
  public var captureTime: UInt64
  /// Whether the device's clock was synchronised.
  public var isClockSynchronised: Bool
  /// Samples that were never taken or are lost for ever, right before this chunk.
  public var missingSamples: UInt64
  /// Electrodes without contact.
  public var leadOff: LeadOff
  /// Signal quality of the chunk, 0…1, in steps of 1/1000; `nil` without ECG samples.
  public var quality: Double?
  /// Beats whose analysis this chunk completed, in order. Their R peaks may lie in earlier chunks.
  public var beats: [BeatFinding]
  /// Median heart rate of the last 10 s in beats per minute; `nil` when it cannot be measured.
  public var heartRate: Double?
  /// R peaks since the session began, these included.
  public var beatCount: UInt64
  /// Abnormal beats since the session began, these included.
  public var abnormalBeatCount: UInt64
  /// Set when the chunk failed to authenticate or contradicted itself: nothing was analysed.
  public var isRefused: Bool
  /// When the chunk arrived, by the server's clock, Unix time in microseconds; `nil` in findings of earlier versions.
  public var receivedAt: UInt64?
  /// What the waveform and the intervals say of the rhythm; `nil` without ECG samples and in findings of earlier versions.
  public var rhythm: RhythmReading?
  /// What the device says of itself; `nil` except for a status chunk.
  public var status: StatusReading?

  /// Describes a finding.
  public init(
    sequence: UInt64, kind: ChunkKind, firstSample: UInt64, sampleCount: Int, captureTime: UInt64,
    isClockSynchronised: Bool, missingSamples: UInt64 = 0, leadOff: LeadOff = [], quality: Double? = nil,
    beats: [BeatFinding] = [], heartRate: Double? = nil, beatCount: UInt64 = 0, abnormalBeatCount: UInt64 = 0,
    isRefused: Bool = false, receivedAt: UInt64? = nil, rhythm: RhythmReading? = nil, status: StatusReading? = nil
  ) {
    self.sequence = sequence
    self.kind = kind
    self.firstSample = firstSample
    self.sampleCount = sampleCount
    self.captureTime = captureTime
    self.isClockSynchronised = isClockSynchronised
    self.missingSamples = missingSamples
    self.leadOff = leadOff
    self.quality = quality
    self.beats = beats
    self.heartRate = heartRate
    self.beatCount = beatCount
    self.abnormalBeatCount = abnormalBeatCount
    self.isRefused = isRefused
    self.receivedAt = receivedAt
    self.rhythm = rhythm
    self.status = status
  }
}

/// One analysed beat.
public struct BeatFinding: Sendable, Hashable {
  /// R peak on the session's timeline at 125 Hz, in samples, in steps of 1/1000.
  public var position: Double
  /// Unix time of the R peak, microseconds.
  public var time: UInt64
  /// RR interval before this beat in milliseconds; `nil` after a gap, lead-off or at the beginning.
  public var rrMilliseconds: UInt32?
  /// Band-passed amplitude at the R peak in microvolts.
  public var amplitudeMicrovolts: Int32
  /// P(abnormal), 0…1, in steps of 1/10000.
  public var abnormalProbability: Double
  /// Whether P(abnormal) reaches the threshold in force.
  public var isAbnormal: Bool
  /// AAMI EC57 class where the model tells one; `nil` from a model that only tells normal from abnormal.
  public var beatClass: BeatLabel?
  /// P(ventricular ectopic), 0…1, in steps of 1/10000; `nil` from a model without classes and in earlier versions.
  public var ventricularProbability: Double?
  /// P(supraventricular ectopic), as ``ventricularProbability``.
  public var supraventricularProbability: Double?
  /// How far the beat can be trusted, 0…1, in steps of 1/1000; `nil` in earlier versions.
  public var quality: Double?
  /// What its QRS complex is beside the patient's own normal one; `nil` in earlier versions.
  public var shape: BeatShape?

  /// Describes a beat.
  public init(
    position: Double, time: UInt64, rrMilliseconds: UInt32?, amplitudeMicrovolts: Int32, abnormalProbability: Double,
    isAbnormal: Bool, beatClass: BeatLabel? = nil, ventricularProbability: Double? = nil,
    supraventricularProbability: Double? = nil, quality: Double? = nil, shape: BeatShape? = nil
  ) {
    self.position = position
    self.time = time
    self.rrMilliseconds = rrMilliseconds
    self.amplitudeMicrovolts = amplitudeMicrovolts
    self.abnormalProbability = abnormalProbability
    self.isAbnormal = isAbnormal
    self.beatClass = beatClass
    self.ventricularProbability = ventricularProbability
    self.supraventricularProbability = supraventricularProbability
    self.quality = quality
    self.shape = shape
  }
}

/// What a QRS complex is beside the patient's running normal one, as it is stored.
public enum BeatShape: UInt8, Sendable, Codable, CaseIterable {
  /// Like it.
  case normal = 0
  /// Another.
  case other = 1
  /// Another, and wider by 40 ms and more.
  case wide = 2
}

/// The AAMI EC57 classes as they are stored.
public enum BeatLabel: UInt8, Sendable, Codable, CaseIterable {
  /// Normal and bundle branch block.
  case n = 0
  /// Supraventricular ectopic.
  case s = 1
  /// Ventricular ectopic.
  case v = 2
  /// Fusion.
  case f = 3
  /// Paced or unclassifiable.
  case q = 4
}
