@preconcurrency import Dispatch
import Store
import Synchronization
import Wire

/// All of the store in memory: a double with the store's own rules where the dashboard depends on them.
final class MemoryStore: ChunkStore, FindingStore, AlertStore, AccessStore, StoreChanges {
  struct State {
    var revision: Revision = 0
    var sessions: [SessionReference: SessionRecord] = [:]
    var chunks: [SessionReference: [StoredChunk]] = [:]
    var telemetry: [DeviceID: DeviceTelemetry] = [:]
    var analyses: [SessionReference: AnalysisRecord] = [:]
    var findings: [SessionReference: [SealedFinding]] = [:]
    var alerts: [AlertID: AlertRecord] = [:]
    var events: [AlertEvent] = []
    var messages: [OutboxMessage] = []
    var attempts: [DeliveryAttempt] = []
    var plans: [Pseudonym: AlertPlanRecord] = [:]
    var patients: [Pseudonym: PatientRecord] = [:]
    var assignments: [DeviceID: DeviceAssignment] = [:]
    var accounts: [String: AccountRecord] = [:]
    var signIns: [[UInt8]: SignInRecord] = [:]
    var tokens: [[UInt8]: APITokenRecord] = [:]
    var care: Set<CareAssignment> = []
    var groups: [GroupID: PatientGroupRecord] = [:]
    var members: [GroupMembership: UnixMicroseconds] = [:]
    var groupCare: [GroupCare] = []
    var marks: [MarkRecord] = []
    var chartEvents: [ChartEvent] = []
    var chartViews: [ChartView] = []
    var access = AccessState()
    var retention = RetentionState()
    var listeners: [AsyncStream<Void>.Continuation] = []
    var failure: StoreError?
  }

  let state = Mutex(State())

  /// Changes the state and tells all who listen.
  func change<Result>(_ body: (inout sending State) -> sending Result) -> sending Result {
    let result = state.withLock { state in body(&state) }
    for listener in state.withLock({ $0.listeners }) { listener.yield() }
    return result
  }

  func read<Result: Sendable>(_ body: (State) -> Result) throws(StoreError) -> Result {
    let (failure, result) = state.withLock { ($0.failure, body($0)) }
    if let failure { throw failure }
    return result
  }

  func changes(in area: StoreArea, atLeastEvery interval: Duration) -> AsyncStream<Void> {
    AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
      state.withLock { $0.listeners.append(continuation) }
      continuation.yield()
      let seconds = Double(interval.components.seconds) + Double(interval.components.attoseconds) / 1e18
      nonisolated(unsafe) let ticker = DispatchSource.makeTimerSource()
      ticker.schedule(deadline: .now() + seconds, repeating: seconds)
      ticker.setEventHandler { continuation.yield() }
      ticker.resume()
      continuation.onTermination = { _ in ticker.cancel() }
    }
  }

  // Chunks

  func commit(_ batch: ChunkBatch) async throws(StoreError) -> ChunkCommit {
    change { state in
      for telemetry in batch.telemetry { state.telemetry[telemetry.device] = telemetry }
      for chunk in batch.chunks {
        let reference = SessionReference(device: chunk.device, session: chunk.header.session)
        state.revision += 1
        let known = state.sessions[reference]
        guard let iv = chunk.header.sessionIV else { continue }
        state.chunks[reference, default: []].append(
          StoredChunk(sequence: chunk.header.sequence, message: chunk.message, receivedAt: chunk.receivedAt))
        state.sessions[reference] = SessionRecord(
          reference: reference, iv: iv, keyVersion: chunk.header.keyVersion,
          firstReceivedAt: known?.firstReceivedAt ?? chunk.receivedAt, lastReceivedAt: chunk.receivedAt,
          lastCaptureTime: chunk.header.captureTime, contiguous: chunk.header.sequence,
          highest: chunk.header.sequence, earliestHeld: 0, chunkCount: (known?.chunkCount ?? 0) + 1,
          revision: state.revision)
      }
    }
    return ChunkCommit(outcomes: batch.chunks.map { _ in .committed }, contiguous: [:])
  }
  func sessions(changedSince revision: Revision, limit: Int) async throws(StoreError) -> [SessionRecord] {
    try read {
      Array($0.sessions.values.filter { $0.revision > revision }.sorted { $0.revision < $1.revision }.prefix(limit))
    }
  }
  func session(_ reference: SessionReference) async throws(StoreError) -> SessionRecord? {
    try read { $0.sessions[reference] }
  }
  func sessions(of device: DeviceID, limit: Int) async throws(StoreError) -> [SessionRecord] {
    try read { Array($0.sessions.values.filter { $0.reference.device == device }.prefix(limit)) }
  }
  func chunks(of reference: SessionReference, from sequence: UInt64, limit: Int) async throws(StoreError)
    -> [StoredChunk]
  {
    try read { Array(($0.chunks[reference] ?? []).filter { $0.sequence >= sequence }.prefix(limit)) }
  }
  func devices() async throws(StoreError) -> [DeviceTelemetry] { try read { Array($0.telemetry.values) } }

  // Findings

  func claim(
    _ reference: SessionReference, owner: String, leaseUntil: UnixMicroseconds, now: UnixMicroseconds
  ) async throws(StoreError) -> AnalysisClaim? { nil }
  func commit(_ batch: [AnalysisCommit], now: UnixMicroseconds) async throws(StoreError) -> [SessionReference] {
    change { state in
      for commit in batch {
        state.revision += 1
        state.findings[commit.reference, default: []] += commit.findings
        state.analyses[commit.reference] = AnalysisRecord(
          reference: commit.reference, analysedThrough: commit.analysedThrough, advancedAt: now,
          findingCount: state.findings[commit.reference]?.count ?? 0, refusedChunks: 0, revision: state.revision)
      }
    }
    return []
  }
  func analyses(changedSince revision: Revision, limit: Int) async throws(StoreError) -> [AnalysisRecord] {
    try read {
      Array($0.analyses.values.filter { $0.revision > revision }.sorted { $0.revision < $1.revision }.prefix(limit))
    }
  }
  func analysis(_ reference: SessionReference) async throws(StoreError) -> AnalysisRecord? {
    try read { $0.analyses[reference] }
  }
  func findings(of reference: SessionReference, from sequence: UInt64, limit: Int) async throws(StoreError)
    -> [SealedFinding]
  {
    try read { Array(($0.findings[reference] ?? []).filter { $0.sequence >= sequence }.prefix(limit)) }
  }
  func latestFindings(of reference: SessionReference, count: Int) async throws(StoreError) -> [SealedFinding] {
    try read { Array(($0.findings[reference] ?? []).suffix(count)) }
  }

  // Alerts

  func commit(_ batch: AlertBatch) async throws(StoreError) {
    change { state in
      for var alert in batch.opened + batch.updated {
        state.revision += 1
        alert.revision = state.revision
        state.alerts[alert.id] = alert
      }
      state.events += batch.events
      state.messages += batch.messages
    }
  }
  func policyStates() async throws(StoreError) -> [PolicyState] { [] }
  func alerts(changedSince revision: Revision, limit: Int) async throws(StoreError) -> [AlertRecord] {
    try read {
      Array($0.alerts.values.filter { $0.revision > revision }.sorted { $0.revision < $1.revision }.prefix(limit))
    }
  }
  func alerts(of device: DeviceID?, unresolvedOnly: Bool, limit: Int) async throws(StoreError) -> [AlertRecord] {
    try read { state in
      let matching = state.alerts.values.filter {
        (device == nil || $0.reference.device == device) && !(unresolvedOnly && $0.state == .resolved)
      }
      return Array(matching.sorted { $0.openedAt > $1.openedAt }.prefix(limit))
    }
  }
  func alert(_ id: AlertID) async throws(StoreError) -> AlertRecord? { try read { $0.alerts[id] } }
  func apply(_ change: AlertChange) async throws(StoreError) -> AlertRecord? {
    self.change { state in
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
  }
  func events(of alert: AlertID) async throws(StoreError) -> [AlertEvent] {
    try read { $0.events.filter { $0.alert == alert } }
  }
  func attempts(of messages: [String]) async throws(StoreError) -> [DeliveryAttempt] {
    try read { $0.attempts.filter { messages.contains($0.message) } }
  }
  func plans(changedSince revision: Revision, limit: Int) async throws(StoreError) -> [AlertPlanRecord] {
    try read { $0.plans.values.filter { $0.revision > revision } }
  }
  func plan(of patient: Pseudonym) async throws(StoreError) -> AlertPlanRecord? { try read { $0.plans[patient] } }
  func put(_ plan: AlertPlanRecord) async throws(StoreError) -> AlertPlanRecord? {
    change { state in
      guard (state.plans[plan.patient]?.revision ?? 0) == plan.revision else { return nil }
      state.revision += 1
      state.plans[plan.patient] = plan
      state.plans[plan.patient]?.revision = state.revision
      return state.plans[plan.patient]
    }
  }
  func ledgers() async throws(StoreError) -> [DeliveryLedgerRecord] { [] }
  func dueMessages(now: UnixMicroseconds, limit: Int) async throws(StoreError) -> [OutboxMessage] { [] }
  func nextDue() async throws(StoreError) -> UnixMicroseconds? { nil }
  func record(_ attempt: DeliveryAttempt) async throws(StoreError) { change { $0.attempts.append(attempt) } }
  func messages(of alert: AlertID) async throws(StoreError) -> [OutboxMessage] {
    try read { $0.messages.filter { $0.alert == alert || $0.others.contains(alert) } }
  }
  func summary() async throws(StoreError) -> AlertSummary { AlertSummary(opened: 0, unresolved: 0, messages: [:]) }

  // Registry

  func put(_ patient: PatientRecord) async throws(StoreError) { change { $0.patients[patient.pseudonym] = patient } }
  func patients() async throws(StoreError) -> [PatientRecord] {
    try read { $0.patients.values.sorted { $0.pseudonym < $1.pseudonym } }
  }
  func patient(_ pseudonym: Pseudonym) async throws(StoreError) -> PatientRecord? {
    try read { $0.patients[pseudonym] }
  }
  func assign(_ device: DeviceID, to pseudonym: Pseudonym?, at time: UnixMicroseconds) async throws(StoreError) {
    change { state in
      guard state.assignments[device] == nil || state.assignments[device]?.pseudonym != pseudonym else { return }
      state.assignments[device] = DeviceAssignment(device: device, pseudonym: pseudonym, since: time)
      state.retention.wearings.append(DeviceWearing(device: device, patient: pseudonym, since: time))
    }
  }
  func assignments() async throws(StoreError) -> [DeviceAssignment] { try read { Array($0.assignments.values) } }
  func put(_ account: AccountRecord) async throws(StoreError) { change { $0.accounts[account.name] = account } }
  func account(_ name: String) async throws(StoreError) -> AccountRecord? { try read { $0.accounts[name] } }
  func accounts() async throws(StoreError) -> [AccountRecord] {
    try read { $0.accounts.values.sorted { $0.name < $1.name } }
  }
  func entrust(
    _ patient: Pseudonym, to account: String, at time: UnixMicroseconds, by actor: String
  ) async throws(StoreError) {
    change { state in
      guard !state.care.contains(where: { $0.account == account && $0.pseudonym == patient }) else { return }
      state.care.insert(CareAssignment(account: account, pseudonym: patient, since: time))
      state.access.events.append(
        AccountEvent(account: account, actor: actor, kind: .patientAssigned, at: time, patient: patient))
    }
  }
  func withdraw(
    _ patient: Pseudonym, from account: String, at time: UnixMicroseconds, by actor: String
  ) async throws(StoreError) {
    change { state in
      let left = state.care.filter { $0.account != account || $0.pseudonym != patient }
      guard left.count < state.care.count else { return }
      state.care = left
      state.access.events.append(
        AccountEvent(account: account, actor: actor, kind: .patientUnassigned, at: time, patient: patient))
    }
  }
  func care(of account: String?) async throws(StoreError) -> [CareAssignment] {
    try read { state in
      let byGroup = state.groupCare.flatMap { care in
        state.members.filter { $0.key.group == care.group }.map { member, since in
          CareAssignment(
            account: care.account, pseudonym: member.pseudonym, since: max(care.since, since), group: care.group)
        }
      }
      return (state.care + byGroup).filter { account == nil || $0.account == account }.sorted {
        ($0.account, $0.pseudonym) < ($1.account, $1.pseudonym)
      }
    }
  }
  func signedInAccounts(at time: UnixMicroseconds) async throws(StoreError) -> [AccountRecord] {
    try read { state in
      let users = state.tokens.values.filter {
        $0.isValid(at: time) && ($0.lastUsedAt ?? 0) + APITokenRecord.attentionMicroseconds > time
      }
      return Set(state.signIns.values.filter { $0.expiresAt > time }.map(\.account)).union(users.map(\.account))
        .sorted()
        .compactMap { state.accounts[$0] }
    }
  }
  func put(_ session: SignInRecord) async throws(StoreError) { change { $0.signIns[session.tokenHash] = session } }
  func signIn(tokenHash: [UInt8]) async throws(StoreError) -> SignInRecord? { try read { $0.signIns[tokenHash] } }
  func deleteSignIn(tokenHash: [UInt8]) async throws(StoreError) { change { $0.signIns[tokenHash] = nil } }
  func deleteSignIns(expiredBefore time: UnixMicroseconds) async throws(StoreError) {
    change { state in state.signIns = state.signIns.filter { $0.value.expiresAt >= time } }
  }
}
