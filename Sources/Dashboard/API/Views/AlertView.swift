internal import Findings
internal import Store
internal import Wire

/// An alert as the page shows it. Also the content of an `alert` event.
struct AlertView: Encodable, Hashable, Sendable {
  let id: String
  let patient: String?
  let device: String
  let session: String
  let state: String
  /// From here on absent when the content can no longer be opened.
  let rule: String?
  let severity: String?
  let onsetMs: UInt64?
  let endMs: UInt64?
  let onsetSample: UInt64?
  let explanation: String?
  let heartRate: Double?
  let abnormalProbability: Double?
  let beats: Int?
  let abnormalBeats: Int?
  let openedMs: UInt64
  let resolvedMs: UInt64?
  let acknowledgedBy: String?
  let acknowledgedMs: UInt64?

  init(_ alert: AlertRecord, body: AlertBody?, patient: Pseudonym?) {
    id = alert.id.description
    self.patient = patient?.name
    device = alert.reference.device.name
    session = alert.reference.session.description
    state = alert.state.rawValue
    rule = body?.rule.rawValue
    severity = body?.severity.rawValue
    onsetMs = body.map { $0.onset / 1000 }
    endMs = body?.end.map { $0 / 1000 }
    onsetSample = body?.onsetSample
    explanation = body?.explanation
    heartRate = body?.heartRate
    abnormalProbability = body?.abnormalProbability
    beats = body?.beatCount
    abnormalBeats = body?.abnormalBeatCount
    openedMs = alert.openedAt / 1000
    resolvedMs = alert.resolvedAt.map { $0 / 1000 }
    acknowledgedBy = alert.acknowledgedBy
    acknowledgedMs = alert.acknowledgedAt.map { $0 / 1000 }
  }
}
