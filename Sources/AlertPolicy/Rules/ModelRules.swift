public import Findings

/// Limits on the probability of a rhythm that a model tells: ventricular fibrillation by the waveform, atrial fibrillation by intervals
/// and P waves.
public struct ProbabilityRule: Hashable, Sendable, Codable {
  /// Whether the rule is in force.
  public var isEnabled: Bool
  /// Probability (0…1) from which the condition holds.
  public var onProbability: Double
  /// Probability below which it is over.
  public var offProbability: Double
  /// Seconds for which it must hold.
  public var minimumSeconds: Double
  /// Seconds for which it must be over.
  public var offSeconds: Double
  /// How much it matters.
  public var severity: AlertSeverity

  /// States limits.
  public init(
    isEnabled: Bool = true, onProbability: Double, offProbability: Double, minimumSeconds: Double, offSeconds: Double,
    severity: AlertSeverity
  ) {
    self.isEnabled = isEnabled
    self.onProbability = onProbability
    self.offProbability = offProbability
    self.minimumSeconds = minimumSeconds
    self.offSeconds = offSeconds
    self.severity = severity
  }

  /// Every window of 4.1 s for 3 s, whatever the signal quality.
  public static let ventricularFibrillation = ProbabilityRule(
    onProbability: 0.5, offProbability: 0.27, minimumSeconds: 2.9, offSeconds: 30, severity: .high)

  /// For a minute.
  public static let atrialFibrillation = ProbabilityRule(
    onProbability: 0.55, offProbability: 0.45, minimumSeconds: 60, offSeconds: 300, severity: .medium)
}
