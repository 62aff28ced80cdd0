public import Findings

/// Limits on the charge of the device's battery.
public struct BatteryRule: Hashable, Sendable, Codable {
  /// Whether the rule is in force.
  public var isEnabled: Bool
  /// Charge (0…1) at which it is low.
  public var onShare: Double
  /// Charge from which it is not low any more.
  public var offShare: Double
  /// Charge at which it matters more.
  public var criticalShare: Double
  /// Reports in a row that say so: the voltage of a battery sags while the radio sends.
  public var reports: Int
  /// How much it matters.
  public var severity: AlertSeverity
  /// How much it matters from ``criticalShare`` down.
  public var criticalSeverity: AlertSeverity

  /// States limits.
  public init(
    isEnabled: Bool = true, onShare: Double = 0.15, offShare: Double = 0.25, criticalShare: Double = 0.05,
    reports: Int = 2, severity: AlertSeverity = .low, criticalSeverity: AlertSeverity = .medium
  ) {
    self.isEnabled = isEnabled
    self.onShare = onShare
    self.offShare = offShare
    self.criticalShare = criticalShare
    self.reports = reports
    self.severity = severity
    self.criticalSeverity = criticalSeverity
  }
}

/// Limits on the device's clock.
public struct ClockRule: Hashable, Sendable, Codable {
  /// Whether the rule is in force.
  public var isEnabled: Bool
  /// Seconds by which a sample may be dated after its arrival.
  public var aheadSeconds: Double
  /// Seconds by which samples may arrive after their date, when they do so steadily: late data of an outage catches up.
  public var behindSeconds: Double
  /// Seconds by which a steady delay may change.
  public var steadySeconds: Double
  /// Seconds for which the clock must be wrong, or not set.
  public var minimumSeconds: Double
  /// Seconds for which it must be right.
  public var offSeconds: Double
  /// How much it matters.
  public var severity: AlertSeverity

  /// States limits.
  public init(
    isEnabled: Bool = true, aheadSeconds: Double = 10, behindSeconds: Double = 300, steadySeconds: Double = 20,
    minimumSeconds: Double = 300, offSeconds: Double = 60, severity: AlertSeverity = .low
  ) {
    self.isEnabled = isEnabled
    self.aheadSeconds = aheadSeconds
    self.behindSeconds = behindSeconds
    self.steadySeconds = steadySeconds
    self.minimumSeconds = minimumSeconds
    self.offSeconds = offSeconds
    self.severity = severity
  }
}
