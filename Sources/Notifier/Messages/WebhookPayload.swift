package import AlertDelivery
internal import AlertPolicy
internal import Findings
internal import Foundation
internal import Store
internal import Wire

/// The JSON body of a webhook; documented in `docs/alerts.md`.
package struct WebhookPayload: Encodable {
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
  /// All the alerts of a gathering message; left out otherwise.
  var alerts: [Alert]?

  package init(_ notice: AlertNotice, links: AlertLinks) {
    id = notice.outboxID
    event = notice.occasion.event
    writtenAt = CivilTime(notice.writtenAt).timestamp
    alert = Self.alert(AlertEpisode(id: notice.alert, body: notice.body), of: notice, links: links)
    alerts = notice.gathered.isEmpty ? nil : notice.gathered.map { Self.alert($0, of: notice, links: links) }
  }

  private static func alert(_ episode: AlertEpisode, of notice: AlertNotice, links: AlertLinks) -> Alert {
    Alert(
      id: episode.id.description, rule: episode.body.rule, severity: episode.body.severity, patient: notice.patient,
      device: notice.reference.device.description, session: notice.reference.session.description,
      since: CivilTime(episode.body.onset).timestamp, until: episode.body.end.map { CivilTime($0).timestamp },
      explanation: episode.body.explanation, heartRate: episode.body.heartRate,
      abnormalProbability: episode.body.abnormalProbability, beatCount: episode.body.beatCount,
      abnormalBeatCount: episode.body.abnormalBeatCount, link: links.link(to: episode.id))
  }

  /// The same notice always gives the same bytes.
  package func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(self))
  }
}
