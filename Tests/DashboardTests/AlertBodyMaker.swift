import Findings

/// Alerts for tests.
enum AlertBodyMaker {
  static func tachycardia(at now: UInt64) -> AlertBody {
    AlertBody(
      rule: .tachycardia, severity: .medium, onset: now, onsetSample: 500, explanation: "150/min, limit 130/min.",
      heartRate: 150)
  }
}
