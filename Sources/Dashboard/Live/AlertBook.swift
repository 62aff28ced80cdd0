internal import Findings
internal import Store
internal import Wire

/// The alerts that are not resolved, counted by device: pure.
struct AlertBook: Sendable {
  private struct Line {
    let device: DeviceID
    let severity: AlertSeverity?
    let isAcknowledged: Bool
  }

  private var lines: [AlertID: Line] = [:]

  /// Takes note of an alert as it is now. `severity` is unknown when its body cannot be opened.
  mutating func note(_ alert: AlertRecord, severity: AlertSeverity?) {
    if alert.state == .resolved {
      lines[alert.id] = nil
    } else {
      lines[alert.id] = Line(
        device: alert.reference.device, severity: severity, isAcknowledged: alert.state == .acknowledged)
    }
  }

  /// The counts of a device.
  func alerts(of device: DeviceID) -> PatientStatus.Alerts {
    var alerts = PatientStatus.Alerts()
    var gravest: AlertSeverity?
    for line in lines.values where line.device == device {
      alerts.unresolved += 1
      if !line.isAcknowledged { alerts.unacknowledged += 1 }
      if let severity = line.severity { gravest = max(gravest ?? severity, severity) }
    }
    alerts.severity = gravest?.rawValue
    return alerts
  }
}
