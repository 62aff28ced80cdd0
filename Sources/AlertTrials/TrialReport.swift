internal import Findings

/// What a policy would have told of several recordings.
public struct TrialReport: Sendable, Encodable {
  /// Sums over recordings.
  public struct Total: Sendable, Encodable {
    /// Hours of signal.
    public var hours = 0.0
    /// Alerts told.
    public var alerts = 0
    /// … for each patient-hour.
    public var alertsPerHour = 0.0
    /// Alerts of high severity.
    public var highAlerts = 0
    /// Alerts that the readers do not confirm.
    public var falseAlerts = 0
    /// … for each patient-hour.
    public var falseAlertsPerHour = 0.0
    /// Alerts of each rule, and how many of them the readers do not confirm.
    public var rules: [String: [String: Int]] = [:]
    /// Annotated episodes by kind.
    public var episodes: [String: TrialRecord.Episodes] = [:]
  }

  /// One for each recording.
  public let records: [TrialRecord]
  /// The sums.
  public let total: Total

  /// Sums recordings up.
  public init(_ records: [TrialRecord]) {
    self.records = records
    var total = Total()
    for record in records {
      total.hours += record.hours
      total.alerts += record.alerts.count
      total.highAlerts += record.alerts.count { $0.severity == .high }
      total.falseAlerts += record.falseAlerts
      for alert in record.alerts {
        total.rules[alert.rule.rawValue, default: ["alerts": 0, "false": 0]]["alerts", default: 0] += 1
        if alert.isConfirmed == false { total.rules[alert.rule.rawValue]?["false", default: 0] += 1 }
      }
      for (kind, counts) in record.episodes {
        total.episodes[kind, default: TrialRecord.Episodes()].annotated += counts.annotated
        total.episodes[kind, default: TrialRecord.Episodes()].found += counts.found
      }
    }
    if total.hours > 0 {
      total.alertsPerHour = Double(total.alerts) / total.hours
      total.falseAlertsPerHour = Double(total.falseAlerts) / total.hours
    }
    self.total = total
  }

  /// The report as text, for people.
  public var table: String {
    var lines = ["record    hours  alerts  per hour  false  annotated episodes found (* the network was fitted on it)"]
    for record in records {
      let found = record.episodes.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.found)/\($0.value.annotated)" }
      lines.append(
        pad(record.record + (record.isInTraining ? "*" : ""), 8) + lead(fixed(record.hours), 7)
          + lead("\(record.alerts.count)", 8)
          + lead(fixed(record.hours > 0 ? Double(record.alerts.count) / record.hours : 0), 10)
          + lead("\(record.falseAlerts)", 7) + "  " + found.joined(separator: ", "))
    }
    lines.append(
      pad("total", 8) + lead(fixed(total.hours), 7) + lead("\(total.alerts)", 8) + lead(fixed(total.alertsPerHour), 10)
        + lead("\(total.falseAlerts)", 7)
        + "  \(fixed(total.falseAlertsPerHour)) false an hour, \(total.highAlerts) alerts of high severity"
    )
    lines.append("")
    lines.append("rule                            alerts  false")
    for (rule, counts) in total.rules.sorted(by: { $0.key < $1.key }) {
      lines.append(pad(rule, 30) + lead("\(counts["alerts"] ?? 0)", 8) + lead("\(counts["false"] ?? 0)", 7))
    }
    lines.append("")
    lines.append("annotated episodes              found   of")
    for (kind, counts) in total.episodes.sorted(by: { $0.key < $1.key }) {
      lines.append(pad(kind, 30) + lead("\(counts.found)", 7) + lead("\(counts.annotated)", 5))
    }
    return lines.joined(separator: "\n")
  }

  private func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
  private func lead(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
  private func fixed(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    return "\(hundredths / 100)." + (hundredths % 100 < 10 ? "0" : "") + "\(hundredths % 100)"
  }
}
