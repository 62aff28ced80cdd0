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

  /// Describes an episode.
  public init(
    rule: AlertRule, severity: AlertSeverity, onset: UInt64, end: UInt64? = nil, onsetSample: UInt64,
    explanation: String, heartRate: Double? = nil, abnormalProbability: Double? = nil, beatCount: Int = 0,
    abnormalBeatCount: Int = 0
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
  }
}

/// What can be wrong.
public enum AlertRule: String, Sendable, Codable, CaseIterable {
  /// Most beats of a while are abnormal.
  case sustainedAbnormalRhythm = "sustained-abnormal-rhythm"
  /// Abnormal beats make up too large a share.
  case ectopicBurden = "ectopic-burden"
  /// Fast.
  case tachycardia
  /// Slow.
  case bradycardia
  /// No beat for too long, with electrodes on and a readable signal.
  case pause
  /// Electrodes without contact.
  case leadOff = "lead-off"
  /// Nothing arrives.
  case noData = "no-data"
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
