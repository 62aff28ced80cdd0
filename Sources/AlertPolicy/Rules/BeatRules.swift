public import Findings

/// Limits on runs of ectopic beats of one kind.
public struct RunRule: Hashable, Sendable, Codable {
  /// Whether the rule is in force.
  public var isEnabled: Bool
  /// Fewest beats in a row.
  public var minimumBeats: Int
  /// P(kind) from which a beat that is not called so continues a run; no run is made of such beats alone.
  public var supportingProbability: Double
  /// Most beats of a run that are there by ``supportingProbability`` alone, for each ``minimumBeats`` of the run.
  public var supportingBeats: Int
  /// Rate in beats per minute from which two beats in a row count as a run: in so fast a rhythm a beat between or beside them may not
  /// have been found.
  public var pairRate: Double
  /// Mean rate of a run in beats per minute from which it is a tachycardia.
  public var fastRate: Double
  /// Whether slower runs are told at all.
  public var tellsSlow: Bool
  /// Beats of a fast run from which it matters more.
  public var severeBeats: Int
  /// Rate of a run from which it matters more, however short it is.
  public var severeRate: Double
  /// Seconds without a run after which the episode is over: runs come in clusters, and a cluster is one episode.
  public var offSeconds: Double
  /// How much a slow run matters.
  public var slowSeverity: AlertSeverity
  /// How much a fast run matters.
  public var severity: AlertSeverity
  /// How much a long or very fast run matters.
  public var severeSeverity: AlertSeverity

  /// States limits.
  public init(
    isEnabled: Bool = true, minimumBeats: Int, supportingProbability: Double, supportingBeats: Int, pairRate: Double,
    fastRate: Double, tellsSlow: Bool, severeBeats: Int, severeRate: Double, offSeconds: Double,
    slowSeverity: AlertSeverity,
    severity: AlertSeverity, severeSeverity: AlertSeverity
  ) {
    self.isEnabled = isEnabled
    self.minimumBeats = minimumBeats
    self.supportingProbability = supportingProbability
    self.supportingBeats = supportingBeats
    self.pairRate = pairRate
    self.fastRate = fastRate
    self.tellsSlow = tellsSlow
    self.severeBeats = severeBeats
    self.severeRate = severeRate
    self.offSeconds = offSeconds
    self.slowSeverity = slowSeverity
    self.severity = severity
    self.severeSeverity = severeSeverity
  }

  /// Three ventricular beats in a row; high severity from five at 100/min or any at 180/min.
  public static let ventricular = RunRule(
    minimumBeats: 3, supportingProbability: 0.1, supportingBeats: 1, pairRate: 170, fastRate: 100, tellsSlow: true,
    severeBeats: 5,
    severeRate: 180, offSeconds: 300, slowSeverity: .low, severity: .medium, severeSeverity: .high)

  /// Five supraventricular ectopic beats in a row at 100/min.
  public static let supraventricular = RunRule(
    minimumBeats: 5, supportingProbability: 0.5, supportingBeats: 0, pairRate: 400, fastRate: 100, tellsSlow: false,
    severeBeats: 30,
    severeRate: 180, offSeconds: 300, slowSeverity: .low, severity: .low, severeSeverity: .medium)
}

/// Limits on pairs of ventricular beats.
public struct CoupletRule: Hashable, Sendable, Codable {
  /// Whether the rule is in force.
  public var isEnabled: Bool
  /// Couplets within the window.
  public var count: Int
  /// Length of the window in seconds.
  public var windowSeconds: Double
  /// Seconds in which the window never held so many, after which the episode is over.
  public var offSeconds: Double
  /// How much it matters.
  public var severity: AlertSeverity

  /// States limits: five couplets in five minutes.
  public init(
    isEnabled: Bool = true, count: Int = 5, windowSeconds: Double = 300, offSeconds: Double = 600,
    severity: AlertSeverity = .low
  ) {
    self.isEnabled = isEnabled
    self.count = count
    self.windowSeconds = windowSeconds
    self.offSeconds = offSeconds
    self.severity = severity
  }
}

/// Limits on a ventricular beat after every so many others: bigeminy and trigeminy.
public struct PatternRule: Hashable, Sendable, Codable {
  /// Whether the rule is in force.
  public var isEnabled: Bool
  /// Seconds for which the pattern must hold without a break.
  public var minimumSeconds: Double
  /// Seconds without such a stretch after which the episode is over.
  public var offSeconds: Double
  /// How much it matters.
  public var severity: AlertSeverity

  /// States limits.
  public init(
    isEnabled: Bool = true, minimumSeconds: Double = 20, offSeconds: Double = 300, severity: AlertSeverity = .low
  ) {
    self.isEnabled = isEnabled
    self.minimumSeconds = minimumSeconds
    self.offSeconds = offSeconds
    self.severity = severity
  }
}

/// Limits on an interval between two beats.
public struct PauseRule: Hashable, Sendable, Codable {
  /// Whether the rule is in force.
  public var isEnabled: Bool
  /// RR interval in seconds from which it is a pause; from ``AsystoleRule/seconds`` on it is asystole-like instead.
  public var pauseSeconds: Double
  /// Seconds without a further pause after which the episode is over: pauses come in clusters, and a cluster is one episode.
  public var offSeconds: Double
  /// How much it matters.
  public var severity: AlertSeverity

  /// States limits.
  public init(
    isEnabled: Bool = true, pauseSeconds: Double = 3, offSeconds: Double = 300, severity: AlertSeverity = .medium
  ) {
    self.isEnabled = isEnabled
    self.pauseSeconds = pauseSeconds
    self.offSeconds = offSeconds
    self.severity = severity
  }
}

/// Limits on the time without a beat.
public struct AsystoleRule: Hashable, Sendable, Codable {
  /// Whether the rule is in force.
  public var isEnabled: Bool
  /// Seconds without a beat.
  public var seconds: Double
  /// Seconds by which the analysis may tell a beat late; added before an absence of beats is believed.
  public var analysisDelaySeconds: Double
  /// Seconds with beats after which the episode is over.
  public var offSeconds: Double
  /// How much it matters.
  public var severity: AlertSeverity

  /// States limits.
  public init(
    isEnabled: Bool = true, seconds: Double = 4, analysisDelaySeconds: Double = 4, offSeconds: Double = 120,
    severity: AlertSeverity = .high
  ) {
    self.isEnabled = isEnabled
    self.seconds = seconds
    self.analysisDelaySeconds = analysisDelaySeconds
    self.offSeconds = offSeconds
    self.severity = severity
  }
}
