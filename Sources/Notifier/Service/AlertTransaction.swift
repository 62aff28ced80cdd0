internal import AlertDelivery
internal import AlertPolicy
internal import Findings
internal import Store
internal import Wire

/// Turns decisions into rows: alerts, their messages, their logs and the policy's position, to be committed together.
struct AlertTransaction {
  /// Who writes the notifier's lines in a log.
  static let actor = "notifier"

  let configuration: NotifierConfiguration
  let now: UnixMicroseconds
  let signer: AcknowledgementSigner?
  private(set) var batch = AlertBatch()

  init(configuration: NotifierConfiguration, now: UnixMicroseconds, signer: AcknowledgementSigner?) {
    self.configuration = configuration
    self.now = now
    self.signer = signer
  }

  /// Adds what follows from one session's decisions.
  /// - Parameters:
  ///   - patient: the pseudonym, or the device's id.
  ///   - tellsPeople: whether anybody is told: not of a session that lay unread for longer than a session lasts.
  ///   - plan: whom the patient's alerts reach.
  ///   - ledger: how far they have come; moved on.
  mutating func add(
    _ actions: [PolicyAction], of reference: SessionReference, patient: String, tellsPeople: Bool, plan: AlertPlan,
    ledger: inout DeliveryLedger, sealedBy seal: FindingsSeal
  ) throws {
    // One row for each alert: as it was opened, and as it stands at the end of this transaction.
    var latest: [AlertID: AlertRecord] = [:]
    for action in actions {
      let episode = action.episode
      let box = try SealedRecords.seal(episode.body, of: episode.id, with: seal)
      var record = AlertRecord(
        id: episode.id, reference: reference, state: .open, openedAt: now, updatedAt: now, box: box)
      var news = AlertNews(
        kind: .opened, alert: episode.id, reference: reference, severity: episode.body.severity,
        onset: episode.body.onset)
      var isNews = true
      switch action {
      case .open:
        batch.opened.append(record)
        log(.opened, episode.id, name: "opened")
      case .update(_, let isMoreSevere):
        latest[episode.id] = record
        isNews = isMoreSevere
        news.kind = .worsened
        if isMoreSevere { log(.worsened, episode.id, name: "worsened-\(episode.body.severity.rawValue)") }
      case .resolve:
        record.state = .resolved
        record.resolvedAt = now
        latest[episode.id] = record
        news.kind = .over
        log(.over, episode.id, name: "over")
      case .remind(_, let ordinal): news.kind = .reminder(ordinal)
      }
      guard isNews, tellsPeople else { continue }
      let decisions = ledger.note(news, plan: plan, now: now, tellsResolution: configuration.tellsResolution)
      for decision in decisions {
        try carryOut(decision, [episode], of: reference, patient: patient, plan: plan, sealedBy: seal)
      }
    }
    batch.updated += latest.values.sorted { $0.id.bytes.lexicographicallyPrecedes($1.id.bytes) }
  }

  /// Adds messages and log lines of one decision.
  /// - Parameter episodes: the alert, or, of a gathering, those of this session.
  mutating func carryOut(
    _ decision: DeliveryDecision, _ episodes: [AlertEpisode], of reference: SessionReference, patient: String,
    plan: AlertPlan, sealedBy seal: FindingsSeal
  ) throws {
    guard let first = episodes.first else { return }
    switch decision {
    case .tell(let alert, let occasion, let steps):
      if case .escalated(let step) = occasion { log(.escalated, alert, name: "escalated-\(step)", step: step) }
      let notice = AlertNotice(
        occasion: occasion, alert: alert, reference: reference, patient: patient, body: first.body,
        receiver: .webhook(""), writtenAt: now)
      let count = try send(notice, to: receivers(first.body.severity, plan: plan, steps: steps), sealedBy: seal)
      log(
        .told, alert, name: "told-\(occasion.name)", step: steps.upperBound + 1, detail: "\(occasion.name) \(count)")
    case .hold(let alert, let reason):
      log(.held, alert, name: "held-\(reason.rawValue)", detail: reason.rawValue)
    case .gather(_, let reason, let ordinal):
      var notice = AlertNotice(
        occasion: reason == .backlog ? .backlog(ordinal) : .digest(ordinal), alert: first.id, reference: reference,
        patient: patient, body: first.body, receiver: .webhook(""), writtenAt: now, gathered: episodes)
      let severity = episodes.map(\.body.severity).max() ?? first.body.severity
      notice.body = episodes.first { $0.body.severity == severity }?.body ?? first.body
      let count = try send(notice, to: receivers(severity, plan: plan, steps: 0...0), sealedBy: seal)
      for episode in episodes {
        log(
          .told, episode.id, name: "told-\(notice.occasion.name)", step: 1, detail: "\(notice.occasion.name) \(count)")
      }
    }
  }

  /// Adds the position of a session.
  mutating func add(_ machine: PolicyMachine, sealedBy seal: FindingsSeal) throws {
    if let state = try SealedRecords.seal(machine, with: seal) { batch.states.append(state) }
  }

  /// Adds ledgers.
  mutating func add(_ ledgers: [DeliveryLedgerRecord]) { batch.ledgers += ledgers }

  private mutating func send(
    _ notice: AlertNotice, to receivers: [Addressee], sealedBy seal: FindingsSeal
  ) throws -> Int {
    for addressee in receivers {
      var notice = notice
      notice.receiver = addressee.receiver
      notice.language = addressee.language
      notice.acknowledgement = token(for: notice)
      batch.messages.append(
        OutboxMessage(
          id: notice.outboxID, alert: notice.alert, reference: notice.reference, channel: notice.channel,
          nextAttemptAt: now, createdAt: now, box: try SealedRecords.seal(notice, with: seal),
          others: notice.gathered.map(\.id).filter { $0 != notice.alert }))
    }
    return receivers.count
  }

  /// The token of a mail's link: only where somebody is asked to take note of one alert.
  private func token(for notice: AlertNotice) -> String? {
    guard case .mailbox = notice.receiver, !notice.occasion.isGathering, notice.occasion != .resolved else {
      return nil
    }
    return signer?.token(
      AcknowledgementLink(
        alert: notice.alert, receiver: notice.receiver.fingerprint, severity: notice.body.severity,
        expires: now / 1_000_000 + AcknowledgementLink.lifeSeconds))
  }

  private mutating func log(
    _ kind: AlertEvent.Kind, _ alert: AlertID, name: String, step: Int? = nil, detail: String? = nil
  ) {
    batch.events.append(
      AlertEvent(alert: alert, kind: kind, at: now, actor: Self.actor, name: name, step: step, detail: detail))
  }

  /// Somebody who is told, and the language in which they read.
  private struct Addressee {
    let receiver: AlertNotice.Receiver
    var language: MessageLanguage?
  }

  private func receivers(_ severity: AlertSeverity, plan: AlertPlan, steps: ClosedRange<Int>) -> [Addressee] {
    guard !plan.steps.isEmpty else {
      let mail = configuration.mail.map { mail in
        severity >= mail.atLeast
          ? mail.recipients.map { Addressee(receiver: .mailbox($0), language: mail.language) } : []
      }
      let webhooks = configuration.webhooks.filter { severity >= $0.atLeast }
      return (mail ?? []) + webhooks.map { Addressee(receiver: .webhook($0.name)) }
    }
    var receivers: [Addressee] = []
    for step in plan.steps[steps.clamped(to: 0...plan.steps.count - 1)] {
      for contact in step.contacts where severity >= contact.atLeast {
        guard let receiver = contact.receiver, !receivers.contains(where: { $0.receiver == receiver }) else { continue }
        receivers.append(Addressee(receiver: receiver, language: contact.language))
      }
    }
    return receivers
  }
}
