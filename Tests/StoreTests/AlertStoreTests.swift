import Store
import Testing
import Wire

@Suite("Alerts at rest")
struct AlertStoreTests {
  private func alert(_ number: UInt8, _ session: SampleSession, openedAt: UInt64 = 10) throws -> AlertRecord {
    AlertRecord(
      id: try #require(AlertID([UInt8](repeating: number, count: 16))), reference: session.reference, state: .open,
      openedAt: openedAt, updatedAt: openedAt, box: [number])
  }

  private func message(_ id: String, _ alert: AlertRecord, due: UInt64 = 20) -> OutboxMessage {
    OutboxMessage(
      id: id, alert: alert.id, reference: alert.reference, channel: id.hasPrefix("m") ? .mail : .webhook,
      nextAttemptAt: due, createdAt: 11, box: [4, 2])
  }

  @Test func anEpisodeIsOpenedOnceWithItsMessagesAndPosition() async throws {
    try await withStore { store, _ in
      let session = try SampleSession()
      let alert = try alert(1, session)
      let state = PolicyState(reference: session.reference, evaluatedThrough: 41, box: [8])
      let batch = AlertBatch(opened: [alert], messages: [message("m1", alert), message("w1", alert)], states: [state])
      try await store.commit(batch)
      var changed = alert
      changed.box = [99]
      try await store.commit(AlertBatch(opened: [changed], messages: [message("m1", alert, due: 99)], states: [state]))
      let stored = try #require(try await store.alert(alert.id))
      #expect(stored.box == [1] && stored.state == .open && stored.revision > 0)
      #expect(try await store.alerts(changedSince: 0, limit: 9) == [stored])
      #expect(try await store.messages(of: alert.id).map(\.nextAttemptAt) == [20, 20])
      #expect(try await store.policyStates() == [state])
      let summary = try await store.summary()
      #expect(summary.opened == 1 && summary.unresolved == 1)
      #expect(summary.messages == ["mail.pending": 1, "webhook.pending": 1])
    }
  }

  @Test func anAcknowledgementIsKeptWhateverTheEpisodeDoes() async throws {
    try await withStore { store, _ in
      let session = try SampleSession()
      var alert = try alert(1, session)
      try await store.commit(AlertBatch(opened: [alert]))
      let opened = try #require(try await store.alert(alert.id))
      var standing = AlertStanding(opened)
      standing.acknowledgedBy = "anna"
      standing.acknowledgedAt = 30
      let change = AlertChange(
        revision: opened.revision, standing: standing,
        event: AlertEvent(alert: alert.id, kind: .acknowledged, at: 30, actor: "anna"))
      let acknowledged = try #require(try await store.apply(change))
      #expect(acknowledged.state == .acknowledged && acknowledged.acknowledgedBy == "anna")
      // Decided on an alert as it is no longer: neither the alert nor its log changes.
      #expect(try await store.apply(change) == nil)
      #expect(try await store.events(of: alert.id) == [change.event])
      alert.box = [2]
      alert.updatedAt = 40
      try await store.commit(AlertBatch(updated: [alert]))
      let updated = try #require(try await store.alert(alert.id))
      #expect(updated.state == .acknowledged && updated.box == [2] && updated.acknowledgedAt == 30)
      #expect(updated.revision > acknowledged.revision)
      alert.state = .resolved
      alert.resolvedAt = 50
      try await store.commit(AlertBatch(updated: [alert]))
      let resolved = try #require(try await store.alert(alert.id))
      #expect(resolved.state == .resolved && resolved.resolvedAt == 50 && resolved.acknowledgedBy == "anna")
      #expect(try await store.alerts(of: nil, unresolvedOnly: true, limit: 9).isEmpty)
      let unknown = try #require(AlertID([UInt8](repeating: 77, count: 16)))
      let nobodys = AlertEvent(alert: unknown, kind: .acknowledged, at: 1, actor: "anna")
      #expect(try await store.apply(AlertChange(revision: 1, standing: standing, event: nobodys)) == nil)
    }
  }

  @Test func whatPersonsDoIsKeptBesideTheEpisode() async throws {
    try await withStore { store, _ in
      let alert = try alert(1, try SampleSession())
      try await store.commit(AlertBatch(opened: [alert]))
      var record = try #require(try await store.alert(alert.id))
      var standing = AlertStanding(record)
      standing.assignedTo = "ben"
      standing.snoozedUntil = 90
      standing.closedBy = "anna"
      standing.closedAt = 50
      let event = AlertEvent(
        alert: alert.id, kind: .snoozed, at: 30, actor: "anna", step: 2, assignee: "ben", until: 90, detail: "x",
        box: [1, 2])
      record = try #require(
        try await store.apply(AlertChange(revision: record.revision, standing: standing, event: event)))
      #expect(AlertStanding(record) == standing && record.state == .open)
      var changed = alert
      changed.box = [3]
      try await store.commit(AlertBatch(updated: [changed]))
      #expect(try await store.alert(alert.id).map(AlertStanding.init) == standing)
      #expect(try await store.events(of: alert.id) == [event])
      #expect(try await store.alerts(changedSince: record.revision, limit: 9).count == 1)
    }
  }

  @Test func theNotifiersLinesAreWrittenOnceAndNoneIsChanged() async throws {
    try await withStore { store, _ in
      let alert = try alert(1, try SampleSession())
      let line = AlertEvent(alert: alert.id, kind: .escalated, at: 5, actor: "notifier", name: "escalated-2", step: 2)
      var later = line
      later.at = 9
      let ledger = DeliveryLedgerRecord(subject: "P-AAAA", box: [1])
      try await store.commit(AlertBatch(opened: [alert], events: [line], ledgers: [ledger]))
      try await store.commit(AlertBatch(events: [later], ledgers: [DeliveryLedgerRecord(subject: "P-AAAA", box: [2])]))
      #expect(try await store.events(of: alert.id) == [line])
      #expect(try await store.ledgers() == [DeliveryLedgerRecord(subject: "P-AAAA", box: [2])])
    }
  }

  @Test func everyAttemptIsKeptWithWhatTheServerSaid() async throws {
    try await withStore { store, _ in
      let alert = try alert(1, try SampleSession())
      let other = try self.alert(2, try SampleSession())
      var gathered = message("m1", alert)
      gathered.others = [other.id]
      try await store.commit(AlertBatch(opened: [alert, other], messages: [gathered]))
      let attempts = [
        DeliveryAttempt(message: "m1", state: .pending, at: 21, nextAttemptAt: 30, error: "refused"),
        DeliveryAttempt(message: "m1", state: .delivered, at: 31, nextAttemptAt: 31, error: nil, receipt: "250 ok"),
      ]
      for attempt in attempts { try await store.record(attempt) }
      try await store.record(DeliveryAttempt(message: "m1", state: .dead, at: 40, nextAttemptAt: 40, error: "late"))
      #expect(try await store.attempts(of: ["m1"]) == attempts)
      // A message that gathers several alerts is in the log of each.
      #expect(try await store.messages(of: other.id).map(\.id) == ["m1"])
    }
  }

  @Test func aPlanIsReplacedOnlyByWhoHasSeenIt() async throws {
    try await withStore { store, _ in
      let patient = try #require(Pseudonym("P-AAAA"))
      let plan = AlertPlanRecord(patient: patient, box: [1], updatedAt: 5, updatedBy: "anna")
      let first = try #require(try await store.put(plan))
      #expect(first.revision > 0)
      #expect(try await store.put(plan) == nil)
      var second = first
      second.box = [2]
      let stored = try #require(try await store.put(second))
      #expect(try await store.plan(of: patient) == stored && stored.box == [2])
      #expect(try await store.plans(changedSince: first.revision, limit: 9) == [stored])
      #expect(try await store.plans(changedSince: stored.revision, limit: 9).isEmpty)
    }
  }

  @Test func alertsAreListedNewestFirstAndByDevice() async throws {
    try await withStore { store, _ in
      let one = try SampleSession(device: "dev-one")
      let two = try SampleSession(device: "dev-two")
      let alerts = [try alert(1, one, openedAt: 10), try alert(2, two, openedAt: 30), try alert(3, one, openedAt: 20)]
      try await store.commit(AlertBatch(opened: alerts))
      #expect(try await store.alerts(of: nil, unresolvedOnly: false, limit: 9).map(\.openedAt) == [30, 20, 10])
      #expect(
        try await store.alerts(of: one.reference.device, unresolvedOnly: true, limit: 1).map(\.openedAt) == [20])
      let first = try await store.alerts(changedSince: 0, limit: 2)
      let rest = try await store.alerts(changedSince: first[1].revision, limit: 2)
      #expect(Set((first + rest).map(\.id)) == Set(alerts.map(\.id)))
    }
  }

  @Test func aMessageIsDueUntilItIsDeliveredOrDead() async throws {
    try await withStore { store, _ in
      let alert = try alert(1, try SampleSession())
      try await store.commit(
        AlertBatch(opened: [alert], messages: [message("m1", alert, due: 20), message("w1", alert, due: 15)]))
      #expect(try await store.nextDue() == 15)
      #expect(try await store.dueMessages(now: 14, limit: 9).isEmpty)
      #expect(try await store.dueMessages(now: 20, limit: 9).map(\.id) == ["w1", "m1"])
      try await store.record(
        DeliveryAttempt(message: "w1", state: .pending, at: 21, nextAttemptAt: 60, error: "refused"))
      try await store.record(
        DeliveryAttempt(message: "m1", state: .delivered, at: 22, nextAttemptAt: 22, error: nil))
      // A late report of an earlier attempt cannot undo a delivery.
      try await store.record(DeliveryAttempt(message: "m1", state: .dead, at: 23, nextAttemptAt: 23, error: "late"))
      #expect(try await store.nextDue() == 60)
      let messages = try await store.messages(of: alert.id)
      #expect(messages.map(\.id) == ["m1", "w1"])
      #expect(messages[0].state == .delivered && messages[0].deliveredAt == 22 && messages[0].attempts == 1)
      #expect(messages[1].lastError == "refused" && messages[1].attempts == 1)
    }
  }
}
