import Store
import Synchronization
import Wire

/// A store in memory that can fail at a named step, before or after the step has taken effect.
final class MemoryStore: ChunkStore, FindingStore, AlertStore, RegistryStore, StoreChanges {
  /// When a call fails, as counted from the beginning.
  struct Fault: Hashable { var step: Int; var isAfterEffect: Bool }

  struct State {
    var sessions: [SessionReference: SessionRecord] = [:]
    var analyses: [SessionReference: AnalysisRecord] = [:]
    var findings: [SessionReference: [SealedFinding]] = [:]
    var alerts: [AlertID: AlertRecord] = [:]
    var openedTimes: [AlertID: Int] = [:]
    var messages: [String: OutboxMessage] = [:]
    var states: [SessionReference: PolicyState] = [:]
    var events: [AlertEvent] = []
    var attempts: [DeliveryAttempt] = []
    var plans: [Pseudonym: AlertPlanRecord] = [:]
    var ledgers: [String: DeliveryLedgerRecord] = [:]
    var assignments: [DeviceID: DeviceAssignment] = [:]
    var revision: Revision = 0
    var step = 0
    var fault: Fault?
    var listeners: [AsyncStream<Void>.Continuation] = []
  }

  private let state = Mutex(State())

  func read<Value: Sendable>(_ body: (State) -> Value) -> Value { state.withLock { body($0) } }
  func write(_ body: (inout State) -> Void) {
    let listeners = state.withLock { state in
      body(&state)
      return state.listeners
    }
    for listener in listeners { listener.yield() }
  }

  /// Fails one step from now on.
  func fail(_ fault: Fault?) {
    state.withLock {
      $0.fault = fault; $0.step = 0
    }
  }

  private func perform<Value: Sendable>(_ body: (inout State) -> Value) throws(StoreError) -> Value {
    let (value, listeners): (Value?, [AsyncStream<Void>.Continuation]) = state.withLock { state in
      state.step += 1
      let fault = state.fault?.step == state.step ? state.fault : nil
      if let fault, !fault.isAfterEffect { return (nil, []) }
      let value = body(&state)
      return (fault == nil ? value : nil, state.listeners)
    }
    for listener in listeners { listener.yield() }
    guard let value else { throw StoreError(.io, "told to fail") }
    return value
  }

  // MARK: AlertStore

  func commit(_ batch: AlertBatch) async throws(StoreError) {
    try perform { state in
      state.revision += 1
      for alert in batch.opened where state.alerts[alert.id] == nil {
        state.alerts[alert.id] = alert
        state.alerts[alert.id]?.revision = state.revision
        state.openedTimes[alert.id, default: 0] += 1
      }
      for alert in batch.updated {
        guard let old = state.alerts[alert.id] else { continue }
        state.alerts[alert.id]?.box = alert.box
        state.alerts[alert.id]?.updatedAt = alert.updatedAt
        state.alerts[alert.id]?.resolvedAt = alert.resolvedAt ?? old.resolvedAt
        if alert.state == .resolved { state.alerts[alert.id]?.state = .resolved }
      }
      for message in batch.messages where state.messages[message.id] == nil { state.messages[message.id] = message }
      for position in batch.states { state.states[position.reference] = position }
      for ledger in batch.ledgers { state.ledgers[ledger.subject] = ledger }
      for event in batch.events {
        let isThere = state.events.contains { $0.alert == event.alert && $0.name != nil && $0.name == event.name }
        if !isThere { state.events.append(event) }
      }
    }
  }
  func policyStates() async throws(StoreError) -> [PolicyState] { try perform { Array($0.states.values) } }
  func alerts(changedSince revision: Revision, limit: Int) async throws(StoreError) -> [AlertRecord] {
    try perform { Array($0.alerts.values.filter { $0.revision > revision }.prefix(limit)) }
  }
  func alerts(of device: DeviceID?, unresolvedOnly: Bool, limit: Int) async throws(StoreError) -> [AlertRecord] {
    try perform {
      Array(
        $0.alerts.values.filter {
          (device == nil || $0.reference.device == device) && (!unresolvedOnly || $0.state != .resolved)
        }.prefix(limit))
    }
  }
  func alert(_ id: AlertID) async throws(StoreError) -> AlertRecord? { try perform { .some($0.alerts[id]) } ?? nil }
  func apply(_ change: AlertChange) async throws(StoreError) -> AlertRecord? {
    try perform { state in .some(Self.apply(change, to: &state)) } ?? nil
  }
  private static func apply(_ change: AlertChange, to state: inout State) -> AlertRecord? {
    guard var alert = state.alerts[change.event.alert], alert.revision == change.revision else { return nil }
    state.revision += 1
    alert.revision = state.revision
    alert.acknowledgedBy = change.standing.acknowledgedBy
    alert.acknowledgedAt = change.standing.acknowledgedAt
    alert.assignedTo = change.standing.assignedTo
    alert.snoozedUntil = change.standing.snoozedUntil
    alert.closedBy = change.standing.closedBy
    alert.closedAt = change.standing.closedAt
    if alert.state == .open, alert.acknowledgedAt != nil { alert.state = .acknowledged }
    state.alerts[alert.id] = alert
    state.events.append(change.event)
    return alert
  }
  func events(of alert: AlertID) async throws(StoreError) -> [AlertEvent] {
    try perform { $0.events.filter { $0.alert == alert } }
  }
  func attempts(of messages: [String]) async throws(StoreError) -> [DeliveryAttempt] {
    try perform { $0.attempts.filter { messages.contains($0.message) } }
  }
  func plans(changedSince revision: Revision, limit: Int) async throws(StoreError) -> [AlertPlanRecord] {
    try perform {
      Array($0.plans.values.filter { $0.revision > revision }.sorted { $0.revision < $1.revision }.prefix(limit))
    }
  }
  func plan(of patient: Pseudonym) async throws(StoreError) -> AlertPlanRecord? {
    try perform { .some($0.plans[patient]) } ?? nil
  }
  func put(_ plan: AlertPlanRecord) async throws(StoreError) -> AlertPlanRecord? {
    try perform { state in
      state.revision += 1
      state.plans[plan.patient] = plan
      state.plans[plan.patient]?.revision = state.revision
      return .some(state.plans[plan.patient])
    } ?? nil
  }
  func ledgers() async throws(StoreError) -> [DeliveryLedgerRecord] { try perform { Array($0.ledgers.values) } }
  func dueMessages(now: UnixMicroseconds, limit: Int) async throws(StoreError) -> [OutboxMessage] {
    try perform { state in
      let due = state.messages.values.filter { $0.state == .pending && $0.nextAttemptAt <= now }
      return Array(due.sorted { ($0.nextAttemptAt, $0.id) < ($1.nextAttemptAt, $1.id) }.prefix(limit))
    }
  }
  func nextDue() async throws(StoreError) -> UnixMicroseconds? {
    try perform { .some($0.messages.values.filter { $0.state == .pending }.map(\.nextAttemptAt).min()) } ?? nil
  }
  func record(_ attempt: DeliveryAttempt) async throws(StoreError) {
    try perform { state in
      guard var message = state.messages[attempt.message] else { return }
      state.attempts.append(attempt)
      message.attempts += 1
      message.state = attempt.state
      message.nextAttemptAt = attempt.nextAttemptAt
      message.lastError = attempt.error
      if attempt.state == .delivered { message.deliveredAt = attempt.at }
      state.messages[attempt.message] = message
    }
  }
  func messages(of alert: AlertID) async throws(StoreError) -> [OutboxMessage] {
    try perform { $0.messages.values.filter { $0.alert == alert || $0.others.contains(alert) } }
  }
  func summary() async throws(StoreError) -> AlertSummary {
    try perform { AlertSummary(opened: $0.alerts.count, unresolved: 0, messages: [:]) }
  }

  // MARK: ChunkStore and FindingStore, as far as a reader needs them

  func sessions(changedSince revision: Revision, limit: Int) async throws(StoreError) -> [SessionRecord] {
    try perform {
      Array($0.sessions.values.filter { $0.revision > revision }.sorted { $0.revision < $1.revision }.prefix(limit))
    }
  }
  func session(_ reference: SessionReference) async throws(StoreError) -> SessionRecord? {
    try perform { .some($0.sessions[reference]) } ?? nil
  }
  func analyses(changedSince revision: Revision, limit: Int) async throws(StoreError) -> [AnalysisRecord] {
    try perform {
      Array($0.analyses.values.filter { $0.revision > revision }.sorted { $0.revision < $1.revision }.prefix(limit))
    }
  }
  func analysis(_ reference: SessionReference) async throws(StoreError) -> AnalysisRecord? {
    try perform { .some($0.analyses[reference]) } ?? nil
  }
  func findings(
    of reference: SessionReference, from sequence: UInt64, limit: Int
  ) async throws(StoreError) -> [SealedFinding] {
    try perform { Array(($0.findings[reference] ?? []).filter { $0.sequence >= sequence }.prefix(limit)) }
  }
  func assignments() async throws(StoreError) -> [DeviceAssignment] { try perform { Array($0.assignments.values) } }

  func changes(in area: StoreArea, atLeastEvery interval: Duration) -> AsyncStream<Void> {
    let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    state.withLock { $0.listeners.append(continuation) }
    continuation.yield()
    return stream
  }
}
