internal import Findings
internal import Store
internal import Wire

/// The alerts that are not resolved, counted by device: pure.
struct AlertBook: Sendable {
  private struct Line {
    let device: DeviceID
    let openedAt: UnixMicroseconds
    /// Unknown while nobody may see the patient, and when the body cannot be opened.
    var severity: AlertSeverity?
    /// Whether it was tried to open the body.
    var isRead: Bool
    let isAcknowledged: Bool
  }

  private var lines: [AlertID: Line] = [:]

  /// Takes note of an alert as it is now. `severity` is unknown when its body was not or cannot be opened.
  mutating func note(_ alert: AlertRecord, severity: AlertSeverity?, isRead: Bool) {
    if alert.state == .resolved {
      lines[alert.id] = nil
    } else {
      lines[alert.id] = Line(
        device: alert.reference.device, openedAt: alert.openedAt, severity: severity, isRead: isRead,
        isAcknowledged: alert.state == .acknowledged)
    }
  }

  /// Alerts whose bodies were not opened yet, of devices that `isFollowed` names.
  func unread(where isFollowed: (DeviceID, UnixMicroseconds) -> Bool) -> [AlertID] {
    lines.compactMap { id, line in !line.isRead && isFollowed(line.device, line.openedAt) ? id : nil }
  }

  /// Forgets what the bodies of alerts said that nobody may see any more.
  mutating func conceal(where isFollowed: (DeviceID, UnixMicroseconds) -> Bool) {
    for (id, line) in lines where line.isRead && !isFollowed(line.device, line.openedAt) {
      lines[id]?.severity = nil
      lines[id]?.isRead = false
    }
  }

  /// The counts of a device, of alerts opened since a time.
  func alerts(of device: DeviceID, since: UnixMicroseconds) -> PatientStatus.Alerts {
    var alerts = PatientStatus.Alerts()
    var gravest: AlertSeverity?
    for line in lines.values where line.device == device && line.openedAt >= since {
      alerts.unresolved += 1
      if !line.isAcknowledged { alerts.unacknowledged += 1 }
      if let severity = line.severity { gravest = max(gravest ?? severity, severity) }
    }
    alerts.severity = gravest?.rawValue
    return alerts
  }
}
