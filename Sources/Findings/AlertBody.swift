/// What an alert is about: sealed in the store, shown on the page, told in a message.
public struct AlertBody: Sendable, Hashable, Codable {
  /// Which rule saw it.
  public var rule: AlertRule
  /// How much it matters.
  public var severity: AlertSeverity
  /// Unix time at which the episode began, microseconds.
  public var onset: UInt64
  /// Unix time at which it ended, if it has.
  public var end: UInt64?
  /// R peak or sample position on the session's timeline at which the episode began: where to look at the strip.
  public var onsetSample: UInt64
  /// One sentence: what was measured and against which limit.
  public var explanation: String
  /// Heart rate during the episode in beats per minute, where it was measured.
  public var heartRate: Double?
  /// Highest P(abnormal) during the episode, where beats were classified.
  public var abnormalProbability: Double?
  /// Beats and abnormal beats that the rule counted.
  public var beatCount: Int
  /// Abnormal ones among them.
  public var abnormalBeatCount: Int
  /// The numbers that the decision rests on: those of the beginning, or of the moment at which it became more severe.
  public var evidence: [AlertEvidence]
  /// R peaks that the decision rests on, in samples on the session's timeline; the latest ``beatLimit`` of them.
  public var beats: [Double]

  /// Most R peaks that are kept.
  public static let beatLimit = 48

  /// Describes an episode.
  public init(
    rule: AlertRule, severity: AlertSeverity, onset: UInt64, end: UInt64? = nil, onsetSample: UInt64,
    explanation: String, heartRate: Double? = nil, abnormalProbability: Double? = nil, beatCount: Int = 0,
    abnormalBeatCount: Int = 0, evidence: [AlertEvidence] = [], beats: [Double] = []
  ) {
    self.rule = rule
    self.severity = severity
    self.onset = onset
    self.end = end
    self.onsetSample = onsetSample
    self.explanation = explanation
    self.heartRate = heartRate
    self.abnormalProbability = abnormalProbability
    self.beatCount = beatCount
    self.abnormalBeatCount = abnormalBeatCount
    self.evidence = evidence
    self.beats = Array(beats.suffix(Self.beatLimit))
  }
}

extension AlertBody {
  /// Reads a body; one that was written before there was evidence has none.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      rule: try values.decode(AlertRule.self, forKey: .rule),
      severity: try values.decode(AlertSeverity.self, forKey: .severity),
      onset: try values.decode(UInt64.self, forKey: .onset), end: try values.decodeIfPresent(UInt64.self, forKey: .end),
      onsetSample: try values.decode(UInt64.self, forKey: .onsetSample),
      explanation: try values.decode(String.self, forKey: .explanation),
      heartRate: try values.decodeIfPresent(Double.self, forKey: .heartRate),
      abnormalProbability: try values.decodeIfPresent(Double.self, forKey: .abnormalProbability),
      beatCount: try values.decode(Int.self, forKey: .beatCount),
      abnormalBeatCount: try values.decode(Int.self, forKey: .abnormalBeatCount),
      evidence: try values.decodeIfPresent([AlertEvidence].self, forKey: .evidence) ?? [],
      beats: try values.decodeIfPresent([Double].self, forKey: .beats) ?? [])
  }
}

/// What can be wrong, the gravest first.
public enum AlertRule: String, Sendable, Codable, CaseIterable {
  /// The waveform looks like ventricular tachycardia, flutter or fibrillation.
  case ventricularFibrillation = "ventricular-fibrillation"
  /// No beat for so long that none may come, with electrodes on.
  case asystole
  /// Three or more ventricular beats in a row.
  case ventricularRun = "ventricular-run"
  /// No beat for too long between two beats, with electrodes on.
  case pause
  /// Supraventricular ectopic beats in a row, fast.
  case supraventricularTachycardia = "supraventricular-tachycardia"
  /// Irregular intervals without P waves.
  case atrialFibrillation = "atrial-fibrillation"
  /// Most beats of a while are abnormal, and no other rule has a name for it.
  case sustainedAbnormalRhythm = "sustained-abnormal-rhythm"
  /// Fast.
  case tachycardia
  /// Slow.
  case bradycardia
  /// Every second beat is ventricular.
  case bigeminy
  /// Every third beat is ventricular.
  case trigeminy
  /// Pairs of ventricular beats, again and again.
  case couplets
  /// Abnormal beats make up too large a share of an hour.
  case ectopicBurden = "ectopic-burden"
  /// Electrodes without contact.
  case leadOff = "lead-off"
  /// Electrodes in contact, and a signal in which no heart can be read.
  case poorSignal = "poor-signal"
  /// Nothing arrives.
  case noData = "no-data"
  /// The device's battery runs out.
  case lowBattery = "low-battery"
  /// The device's clock is not set, or wrong: the times on the record cannot be trusted.
  case deviceClock = "device-clock"
}

/// How much an alert matters (the priorities of IEC 60601-1-8).
public enum AlertSeverity: String, Sendable, Codable, CaseIterable, Comparable {
  /// Technical; look when you can.
  case low
  /// Look soon.
  case medium
  /// Act now.
  case high

  private var rank: Int {
    switch self {
    case .low: 0
    case .medium: 1
    case .high: 2
    }
  }

  /// Order of urgency.
  public static func < (left: AlertSeverity, right: AlertSeverity) -> Bool { left.rank < right.rank }
}
