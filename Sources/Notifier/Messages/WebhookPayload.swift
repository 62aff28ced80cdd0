internal import Findings
internal import Foundation
internal import Store
internal import Wire

/// The JSON body of a webhook; documented in `docs/alerts.md`.
struct WebhookPayload: Encodable {
  struct Alert: Encodable {
    var id: String
    var rule: AlertRule
    var severity: AlertSeverity
    var patient: String
    var device: String
    var session: String
    var since: String
    var until: String?
    var explanation: String
    var heartRate: Double?
    var abnormalProbability: Double?
    var beatCount: Int
    var abnormalBeatCount: Int
    var link: String?
  }

  var version = 1
  var id: String
  var event: String
  var writtenAt: String
  var alert: Alert

  init(_ notice: AlertNotice, links: AlertLinks) {
    id = notice.outboxID
    event = notice.occasion.event
    writtenAt = CivilTime(notice.writtenAt).timestamp
    alert = Alert(
      id: notice.alert.description, rule: notice.body.rule, severity: notice.body.severity, patient: notice.patient,
      device: notice.reference.device.description, session: notice.reference.session.description,
      since: CivilTime(notice.body.onset).timestamp, until: notice.body.end.map { CivilTime($0).timestamp },
      explanation: notice.body.explanation, heartRate: notice.body.heartRate,
      abnormalProbability: notice.body.abnormalProbability, beatCount: notice.body.beatCount,
      abnormalBeatCount: notice.body.abnormalBeatCount, link: links.link(to: notice.alert))
  }

  /// The same notice always gives the same bytes.
  func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(self))
  }
}
