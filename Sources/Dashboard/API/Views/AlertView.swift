internal import AlertDelivery
internal import Findings
internal import Store
internal import Wire

/// An alert as the page shows it. Also the content of an `alert` event.
struct AlertView: Encodable, Hashable, Sendable {
  let id: String
  let patient: String?
  let device: String
  let session: String
  /// Where the episode stands: `open`, `acknowledged`, `resolved` (it is over).
  let state: String
  /// Where the work on it stands: `new`, `snoozed`, `acknowledged`, `done`.
  let phase: String
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
  /// The numbers that the decision rests on, with the limits that were in force.
  let evidence: [AlertEvidence]?
  /// R peaks that it rests on, samples on the session's timeline.
  let beatPositions: [Double]?
  let openedMs: UInt64
  let resolvedMs: UInt64?
  let acknowledgedBy: String?
  let acknowledgedMs: UInt64?
  let assignedTo: String?
  let snoozedUntilMs: UInt64?
  let closedBy: String?
  let closedMs: UInt64?

  init(_ alert: AlertRecord, body: AlertBody?, patient: Pseudonym?, now: UnixMicroseconds) {
    id = alert.id.description
    self.patient = patient?.name
    device = alert.reference.device.name
    session = alert.reference.session.description
    state = alert.state.rawValue
    phase = AlertWorkflow.phase(of: alert, severity: body?.severity, now: now).rawValue
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
    evidence = body?.evidence
    beatPositions = body?.beats
    openedMs = alert.openedAt / 1000
    resolvedMs = alert.resolvedAt.map { $0 / 1000 }
    acknowledgedBy = alert.acknowledgedBy
    acknowledgedMs = alert.acknowledgedAt.map { $0 / 1000 }
    assignedTo = alert.assignedTo
    snoozedUntilMs = alert.snoozedUntil.map { $0 / 1000 }
    closedBy = alert.closedBy
    closedMs = alert.closedAt.map { $0 / 1000 }
  }
}

/// An alert with everything that is known of it.
struct AlertDetailView: Encodable, Sendable {
  /// A line of the log.
  struct Event: Encodable, Sendable {
    let kind: String
    let atMs: UInt64
    /// An account, `notifier`, or `link:` and the receiver's fingerprint.
    let actor: String
    /// Of who followed a link: the address it went to, where it could be opened.
    let receiver: String?
    let step: Int?
    let assignee: String?
    let untilMs: UInt64?
    let detail: String?
    /// Why, in a person's words; absent when it can no longer be opened.
    let reason: String?

    init(_ event: AlertEvent, reason: String?, receiver: String?) {
      kind = event.kind.rawValue
      atMs = event.at / 1000
      actor = event.actor
      self.receiver = receiver
      step = event.step
      assignee = event.assignee
      untilMs = event.until.map { $0 / 1000 }
      detail = event.detail
      self.reason = reason
    }
  }

  /// A message and what became of it.
  struct Delivery: Encodable, Sendable {
    /// One attempt.
    struct Attempt: Encodable, Sendable {
      let atMs: UInt64
      let state: String
      let error: String?
      /// What the server said when it took the message.
      let receipt: String?
    }

    let message: String
    let channel: String
    let state: String
    /// Why people were told: `opened`, `escalated-2`, …; absent when it can no longer be opened.
    let occasion: String?
    /// The address or the webhook's name, likewise.
    let receiver: String?
    let createdMs: UInt64
    let deliveredMs: UInt64?
    let nextAttemptMs: UInt64?
    let attempts: [Attempt]

    init(_ message: OutboxMessage, notice: AlertNotice?, attempts: [DeliveryAttempt]) {
      self.message = message.id
      channel = message.channel.rawValue
      state = message.state.rawValue
      occasion = notice?.occasion.name
      receiver = notice?.receiver.address
      createdMs = message.createdAt / 1000
      deliveredMs = message.deliveredAt.map { $0 / 1000 }
      nextAttemptMs = message.state == .pending ? message.nextAttemptAt / 1000 : nil
      self.attempts = attempts.map {
        Attempt(atMs: $0.at / 1000, state: $0.state.rawValue, error: $0.error, receipt: $0.receipt)
      }
    }
  }

  /// Who is told next, unless somebody takes note.
  struct Next: Encodable, Sendable {
    let step: Int
    let dueMs: UInt64
    let contacts: [String]
  }

  let alert: AlertView
  let events: [Event]
  let deliveries: [Delivery]
  let next: Next?
  /// Clinicians who may see the patient.
  let assignees: [String]
}

extension AlertNotice.Receiver {
  /// As a person knows it.
  var address: String {
    switch self {
    case .mailbox(let address): address.mailbox
    case .webhook(let name): name
    }
  }
}
