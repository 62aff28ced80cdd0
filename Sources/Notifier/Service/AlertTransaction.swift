internal import AlertPolicy
internal import Findings
internal import Store
internal import Wire

/// Turns decisions of the policy into rows: alerts, their messages and the policy's position, to be committed together.
struct AlertTransaction {
  let configuration: NotifierConfiguration
  let now: UnixMicroseconds
  private(set) var batch = AlertBatch()

  init(configuration: NotifierConfiguration, now: UnixMicroseconds) {
    self.configuration = configuration
    self.now = now
  }

  /// Adds what follows from one session's decisions.
  /// - Parameters:
  ///   - patient: the pseudonym, or the device's id.
  ///   - tellsPeople: whether anybody is told: not of a session that lay unread for longer than a session lasts.
  mutating func add(
    _ actions: [PolicyAction], of reference: SessionReference, patient: String, tellsPeople: Bool,
    sealedBy seal: FindingsSeal
  ) throws {
    // One row for each alert: as it was opened, and as it stands at the end of this transaction.
    var latest: [AlertID: AlertRecord] = [:]
    for action in actions {
      let episode = action.episode
      let box = try SealedRecords.seal(episode.body, of: episode.id, with: seal)
      var record = AlertRecord(
        id: episode.id, reference: reference, state: .open, openedAt: now, updatedAt: now, box: box)
      let occasion: AlertNotice.Occasion?
      switch action {
      case .open:
        batch.opened.append(record)
        occasion = .opened
      case .update(_, let isMoreSevere):
        latest[episode.id] = record
        occasion = isMoreSevere ? .worsened : nil
      case .resolve:
        record.state = .resolved
        record.resolvedAt = now
        latest[episode.id] = record
        occasion = configuration.tellsResolution ? .resolved : nil
      case .remind(_, let ordinal): occasion = .reminder(ordinal)
      }
      guard let occasion, tellsPeople else { continue }
      for receiver in receivers(of: episode.body.severity) {
        let notice = AlertNotice(
          occasion: occasion, alert: episode.id, reference: reference, patient: patient, body: episode.body,
          receiver: receiver, writtenAt: now)
        batch.messages.append(
          OutboxMessage(
            id: notice.outboxID, alert: episode.id, reference: reference, channel: notice.channel, nextAttemptAt: now,
            createdAt: now, box: try SealedRecords.seal(notice, with: seal)))
      }
    }
    batch.updated += latest.values.sorted { $0.id.bytes.lexicographicallyPrecedes($1.id.bytes) }
  }

  /// Adds the position of a session.
  mutating func add(_ machine: PolicyMachine, sealedBy seal: FindingsSeal) throws {
    if let state = try SealedRecords.seal(machine, with: seal) { batch.states.append(state) }
  }

  private func receivers(of severity: AlertSeverity) -> [AlertNotice.Receiver] {
    let mail = configuration.mail.map { mail in
      severity >= mail.atLeast ? mail.recipients.map { AlertNotice.Receiver.mailbox($0) } : []
    }
    let webhooks = configuration.webhooks.filter { severity >= $0.atLeast }
    return (mail ?? []) + webhooks.map { .webhook($0.name) }
  }
}
