public import Findings

/// Limits on the share of abnormal beats in a rolling window.
public struct ShareRule: Hashable, Sendable, Codable {
  /// Whether the rule is in force.
  public var isEnabled: Bool
  /// Length of the window in seconds of signal.
  public var windowSeconds: Double
  /// Share (0…1) from which the condition holds.
  public var onShare: Double
  /// Share below which the condition is over; lower than ``onShare``, so that an alert does not flicker.
  public var offShare: Double
  /// Fewest beats that the window must hold before a share means anything.
  public var minimumBeats: Int
  /// Seconds for which the share must stay at ``onShare`` or above.
  public var minimumSeconds: Double
  /// Seconds for which the share must stay below ``offShare``.
  public var offSeconds: Double
  /// How much it matters.
  public var severity: AlertSeverity
  /// Heart rate in beats per minute from which it matters more.
  public var fastRate: Double
  /// How much it matters from there on.
  public var fastSeverity: AlertSeverity

  /// States limits.
  public init(
    isEnabled: Bool = true, windowSeconds: Double, onShare: Double, offShare: Double, minimumBeats: Int,
    minimumSeconds: Double, offSeconds: Double, severity: AlertSeverity, fastRate: Double,
    fastSeverity: AlertSeverity
  ) {
    self.isEnabled = isEnabled
    self.windowSeconds = windowSeconds
    self.onShare = onShare
    self.offShare = offShare
    self.minimumBeats = minimumBeats
    self.minimumSeconds = minimumSeconds
    self.offSeconds = offSeconds
    self.severity = severity
    self.fastRate = fastRate
    self.fastSeverity = fastSeverity
  }

  /// Two of five beats of 30 s abnormal (bigeminy well within, trigeminy without); high severity from 100/min, the rate that parts ventricular tachycardia from an
  /// accelerated idioventricular rhythm.
  public static let sustainedAbnormalRhythm = ShareRule(
    windowSeconds: 30, onShare: 0.4, offShare: 0.25, minimumBeats: 20, minimumSeconds: 10, offSeconds: 30,
    severity: .medium, fastRate: 100, fastSeverity: .high)

  /// 15 % of the beats of an hour abnormal.
  public static let ectopicBurden = ShareRule(
    windowSeconds: 3600, onShare: 0.15, offShare: 0.08, minimumBeats: 600, minimumSeconds: 60, offSeconds: 300,
    severity: .low, fastRate: 100, fastSeverity: .low)
}

/// Limits on the median heart rate.
public struct RateRule: Hashable, Sendable, Codable {
  /// Whether the rule is in force.
  public var isEnabled: Bool
  /// Rate in beats per minute at which the condition holds.
  public var onRate: Double
  /// Rate at which it is over, on the normal side of ``onRate``.
  public var offRate: Double
  /// Rate at which it matters more, on the far side of ``onRate``.
  public var extremeRate: Double
  /// Seconds for which the rate must stay beyond ``onRate``.
  public var minimumSeconds: Double
  /// Seconds for which it must stay on the normal side of ``offRate``.
  public var offSeconds: Double
  /// How much it matters.
  public var severity: AlertSeverity
  /// How much it matters beyond ``extremeRate``.
  public var extremeSeverity: AlertSeverity

  /// States limits.
  public init(
    isEnabled: Bool = true, onRate: Double, offRate: Double, extremeRate: Double, minimumSeconds: Double,
    offSeconds: Double, severity: AlertSeverity, extremeSeverity: AlertSeverity
  ) {
    self.isEnabled = isEnabled
    self.onRate = onRate
    self.offRate = offRate
    self.extremeRate = extremeRate
    self.minimumSeconds = minimumSeconds
    self.offSeconds = offSeconds
    self.severity = severity
    self.extremeSeverity = extremeSeverity
  }

  /// From 130/min for 30 s; high severity from 150/min.
  public static let tachycardia = RateRule(
    onRate: 130, offRate: 120, extremeRate: 150, minimumSeconds: 30, offSeconds: 30, severity: .medium,
    extremeSeverity: .high)

  /// Down from 45/min for 30 s; high severity from 35/min.
  public static let bradycardia = RateRule(
    onRate: 45, offRate: 50, extremeRate: 35, minimumSeconds: 30, offSeconds: 30, severity: .medium,
    extremeSeverity: .high)
}

/// Limits on electrodes without contact.
public struct LeadOffRule: Hashable, Sendable, Codable {
  /// Whether the rule is in force.
  public var isEnabled: Bool
  /// Seconds without contact.
  public var minimumSeconds: Double
  /// Seconds of contact after which it is over.
  public var offSeconds: Double
  /// How much it matters.
  public var severity: AlertSeverity

  /// States limits.
  public init(
    isEnabled: Bool = true, minimumSeconds: Double = 10, offSeconds: Double = 5, severity: AlertSeverity = .low
  ) {
    self.isEnabled = isEnabled
    self.minimumSeconds = minimumSeconds
    self.offSeconds = offSeconds
    self.severity = severity
  }
}

/// Limits on signal in which no heart can be read, electrodes in contact.
public struct PoorSignalRule: Hashable, Sendable, Codable {
  /// Whether the rule is in force.
  public var isEnabled: Bool
  /// Length of the window in seconds of signal.
  public var windowSeconds: Double
  /// Share (0…1) of it that cannot be read from which the condition holds.
  public var onShare: Double
  /// Share below which the condition is over.
  public var offShare: Double
  /// Seconds for which the share must stay at ``onShare`` or above.
  public var minimumSeconds: Double
  /// Seconds for which the share must stay below ``offShare``.
  public var offSeconds: Double
  /// How much it matters.
  public var severity: AlertSeverity

  /// States limits: half of a minute.
  public init(
    isEnabled: Bool = true, windowSeconds: Double = 60, onShare: Double = 0.5, offShare: Double = 0.25,
    minimumSeconds: Double = 10, offSeconds: Double = 30, severity: AlertSeverity = .low
  ) {
    self.isEnabled = isEnabled
    self.windowSeconds = windowSeconds
    self.onShare = onShare
    self.offShare = offShare
    self.minimumSeconds = minimumSeconds
    self.offSeconds = offSeconds
    self.severity = severity
  }
}

/// Limits on silence, by the server's clock.
public struct NoDataRule: Hashable, Sendable, Codable {
  /// Whether the rule is in force.
  public var isEnabled: Bool
  /// Seconds in which nothing was committed.
  public var silenceSeconds: Double
  /// Seconds of silence after which a session counts as ended and opens no alert any more: the longest session.
  public var forgottenAfterSeconds: Double
  /// How much it matters.
  public var severity: AlertSeverity

  /// States limits.
  public init(
    isEnabled: Bool = true, silenceSeconds: Double = 60, forgottenAfterSeconds: Double = 86_400,
    severity: AlertSeverity = .medium
  ) {
    self.isEnabled = isEnabled
    self.silenceSeconds = silenceSeconds
    self.forgottenAfterSeconds = forgottenAfterSeconds
    self.severity = severity
  }
}

/// When an alert that goes on and that nobody acknowledges is told again.
public struct ReminderRule: Hashable, Sendable, Codable {
  /// Lowest severity that is told again.
  public var atLeast: AlertSeverity
  /// Seconds between two tellings, by the server's clock.
  public var intervalSeconds: Double
  /// Most reminders of one alert: after that, silence is not for want of telling.
  public var limit: Int

  /// States limits.
  public init(atLeast: AlertSeverity = .high, intervalSeconds: Double = 300, limit: Int = 6) {
    self.atLeast = atLeast
    self.intervalSeconds = intervalSeconds
    self.limit = limit
  }
}
