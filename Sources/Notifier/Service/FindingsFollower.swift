internal import AlertDelivery
internal import AlertPolicy
internal import Findings
internal import KeyVaultClient
internal import Logging
internal import Store
internal import Wire

/// Follows findings, runs the policy over them, and commits what it decides.
///
/// Every pass works on copies and adopts them only when the store has committed: whatever fails in between is done again
/// from the same place, and gives the same decisions under the same names.
actor FindingsFollower {
  /// Rows or findings read at once.
  static let pageSize = 500
  /// Findings of a session after which its position is stored though nothing happened: one minute of signal. A restart
  /// reads at most so many again; storing after each would cost a sealed write for every chunk of every patient.
  static let findingsPerPosition: UInt64 = 40
  /// Microseconds between two looks at sessions without new findings: silence and reminders are counted in minutes.
  static let tickMicroseconds: UInt64 = 1_000_000
  /// Decisions after which a transaction is committed, so that catching up after an outage stays within memory.
  static let actionsPerTransaction = 200

  let configuration: NotifierConfiguration
  let chunks: any ChunkStore
  let findings: any FindingStore
  let alerts: any AlertStore
  let registry: any RegistryStore
  let keyring: SessionKeyring
  let keys: any SessionKeySource
  let now: @Sendable () -> UnixMicroseconds
  let metrics: NotifierMetrics
  let logger: Logger

  var watched = WatchedSessions()
  var book = PlanBook()
  private var hasLoaded = false
  private var analysisRevision: Revision = 0
  private var sessionRevision: Revision = 0
  private var watchingSince: UnixMicroseconds = 0
  private var tickedAt: UnixMicroseconds = 0

  init(
    configuration: NotifierConfiguration, chunks: any ChunkStore, findings: any FindingStore, alerts: any AlertStore,
    registry: any RegistryStore, keyring: SessionKeyring, keys: any SessionKeySource,
    now: @escaping @Sendable () -> UnixMicroseconds,
    metrics: NotifierMetrics, logger: Logger
  ) {
    self.configuration = configuration
    self.chunks = chunks
    self.findings = findings
    self.alerts = alerts
    self.registry = registry
    self.keyring = keyring
    self.keys = keys
    self.now = now
    self.metrics = metrics
    self.logger = logger
  }

  /// Reads everything that is new, decides, and commits.
  func pass() async throws {
    try await load()
    try await readChanges()
    let time = now()
    let isTickDue = time < tickedAt || time - tickedAt >= Self.tickMicroseconds
    if isTickDue { tickedAt = time }
    // Passes follow each other: nobody changes the book meanwhile.
    var read = book
    try await read.refresh(
      alerts, keys, over: configuration.policy, lifetime: UInt64(max(1, configuration.keyLifetimeSeconds) * 1e6),
      now: time, metrics: metrics, logger: logger)
    book = read
    let sessions = watched.sessionsToVisit(now: time, includingQuiet: isTickDue, policy: configuration.policy)
    // A vault that cannot be asked stops nobody whose key is still there.
    let vaultFailure: (any Error)?
    do {
      try await keyring.prepare(Array(Set(sessions + (isTickDue ? sessionsOnTheirWay(now: time) : []))), now: time)
      vaultFailure = nil
    } catch { vaultFailure = error }
    let patients = try await pseudonyms()
    var staged = newPass(now: time)
    for reference in sessions where await keyring.hasKey(reference) {
      try await visit(reference, patients: patients, into: &staged)
      if staged.actions.count >= Self.actionsPerTransaction { try await commit(&staged, now: time) }
    }
    if isTickDue { try await moveOn(into: &staged) }
    try await commit(&staged, now: time)
    watched.forget(now: time, policy: configuration.policy)
    metrics.watching(watched.count)
    if let vaultFailure { throw vaultFailure }
  }

  /// Stores every position, so that the next start reads nothing again.
  func storePositions() async throws {
    guard hasLoaded else { return }
    var staged = newPass(now: now())
    for (reference, machine) in watched.unstoredMachines {
      try await stage(machine, reference, [], patient: "", tellsPeople: false, storesPosition: true, into: &staged)
    }
    try await commit(&staged, now: now())
  }

  private func load() async throws {
    guard !hasLoaded else { return }
    let states = try await alerts.policyStates()
    let unresolved = try await alerts.alerts(of: nil, unresolvedOnly: true, limit: 100_000)
    watched.load(states, unresolved: unresolved.map(\.reference))
    watchingSince = now()
    hasLoaded = true
  }

  private func readChanges() async throws {
    while true {
      let page = try await chunks.sessions(changedSince: sessionRevision, limit: Self.pageSize)
      for session in page { watched.note(session) }
      if let last = page.last { sessionRevision = last.revision }
      if page.count < Self.pageSize { break }
    }
    while true {
      let page = try await findings.analyses(changedSince: analysisRevision, limit: Self.pageSize)
      for analysis in page { watched.note(analysis) }
      if let last = page.last { analysisRevision = last.revision }
      if page.count < Self.pageSize { break }
    }
  }

  private func pseudonyms() async throws -> [DeviceID: String] {
    var names: [DeviceID: String] = [:]
    for assignment in try await registry.assignments() { names[assignment.device] = assignment.pseudonym?.name }
    return names
  }

  private func visit(
    _ reference: SessionReference, patients: [DeviceID: String], into staged: inout StagedPass
  ) async throws {
    guard var machine = try await machine(of: reference) else { return }
    let patient = patients[reference.device] ?? reference.device.name
    let policy = book.policy(of: patient, over: configuration.policy)
    // A plan may have changed since: limits are in force from the next finding on.
    machine.adopt(policy)
    let time = now()
    var actions: [PolicyAction] = []
    while let through = watched.analysedThrough(reference), machine.evaluatedThrough.map({ $0 < through }) ?? true {
      let next = machine.evaluatedThrough.map { $0 + 1 } ?? 0
      let page = try await findings.findings(of: reference, from: next, limit: Self.pageSize)
      guard !page.isEmpty else { break }
      for finding in try await open(page, of: reference) {
        actions += machine.evaluate(finding, under: policy, now: time)
      }
      metrics.evaluated(page.count)
      // A finding that does not open is passed over: the policy must not stand still before it.
      if let last = page.last { machine.pass(over: last.sequence) }
      if page.count < Self.pageSize { break }
    }
    if let facts = watched.facts(reference) {
      let asked = machine.alertsAwaitingAcknowledgement(now: time, under: policy)
      var acknowledged: Set<AlertID> = []
      for id in asked {
        guard let alert = try await alerts.alert(id) else { continue }
        // Who has put it off is not reminded before that time; then the reminders go on.
        let isSnoozed = alert.snoozedUntil.map { $0 > time } ?? false
        if isSnoozed || AlertWorkflow.isSettled(alert) { acknowledged.insert(id) }
      }
      actions += machine.tick(
        PolicyTick(
          now: time, lastReceivedAt: facts.lastReceivedAt, isLatestSession: facts.isLatest,
          watchingSince: watchingSince, acknowledged: acknowledged), under: policy)
    }
    try await stage(
      machine, reference, actions, patient: patient,
      tellsPeople: watched.isRecent(reference, now: time, policy: policy),
      storesPosition: watched.isPositionDue(machine, every: Self.findingsPerPosition), into: &staged)
  }

  /// The state machine of a session: in memory, from the store, or new. `nil` while its key is not released.
  private func machine(of reference: SessionReference) async throws -> PolicyMachine? {
    if let machine = watched.machine(reference) { return machine }
    let stored = watched.storedState(reference)
    let policy = configuration.policy
    do {
      return try await keyring.withSeal(reference) { seal in
        guard let stored else { return PolicyMachine(reference: reference, configuration: policy) }
        var machine = try SealedRecords.policy(stored, with: seal)
        machine.adopt(policy)
        return machine
      }
    } catch {
      // A state that does not open is no reason to watch nobody: the session is read again, under the same names.
      metrics.recordUnreadable()
      logger.error("A stored policy state does not open; its session is evaluated from its beginning")
      return PolicyMachine(reference: reference, configuration: policy)
    }
  }

  private func open(_ page: [SealedFinding], of reference: SessionReference) async throws -> [Finding] {
    let opened = await keyring.withSeal(reference) { seal in
      page.map { try? seal.finding($0.box, sequence: $0.sequence) }
    }
    guard let opened else { throw KeyringError.keyExpired }
    for finding in opened where finding == nil { metrics.recordUnreadable() }
    return opened.compactMap { $0 }
  }

  private func stage(
    _ machine: PolicyMachine, _ reference: SessionReference, _ actions: [PolicyAction], patient: String,
    tellsPeople: Bool, storesPosition: Bool, into staged: inout StagedPass
  ) async throws {
    staged.machines[reference] = machine
    guard !actions.isEmpty || storesPosition else { return }
    let transaction = staged.transaction
    let plan = book.plan(of: patient)
    let ledger = staged.ledgers[patient] ?? DeliveryLedger()
    let result = try await keyring.withSeal(reference) { seal in
      var (transaction, ledger) = (transaction, ledger)
      try transaction.add(
        actions, of: reference, patient: patient, tellsPeople: tellsPeople, plan: plan, ledger: &ledger, sealedBy: seal)
      try transaction.add(machine, sealedBy: seal)
      return (transaction, ledger)
    }
    guard let result else { throw KeyringError.keyExpired }
    (staged.transaction, staged.ledgers[patient]) = result
    staged.actions += actions
    staged.stored.insert(reference)
  }

  func newPass(now time: UnixMicroseconds) -> StagedPass {
    StagedPass(
      AlertTransaction(configuration: configuration, now: time, signer: book.signer), ledgers: book.ledgers)
  }

  private func commit(_ staged: inout StagedPass, now time: UnixMicroseconds) async throws {
    let before = book.ledgers
    var after = book
    after.ledgers = staged.ledgers
    staged.transaction.add(try after.changedRecords(since: before))
    if !staged.transaction.batch.isEmpty { try await alerts.commit(staged.transaction.batch) }
    for (reference, machine) in staged.machines {
      watched.adopt(machine, of: reference, isStored: staged.stored.contains(reference))
    }
    book.ledgers = staged.ledgers
    metrics.committed(staged.actions)
    for case .open(let episode) in staged.actions {
      logger.notice("Alert opened", metadata: ["alert": "\(episode.id)"])
    }
    staged = newPass(now: time)
  }
}

/// What a pass has decided and not committed.
struct StagedPass {
  var transaction: AlertTransaction
  /// How far alerts have come on their way to people, as decided and not committed.
  var ledgers: [String: DeliveryLedger]
  var machines: [SessionReference: PolicyMachine] = [:]
  var stored: Set<SessionReference> = []
  var actions: [PolicyAction] = []

  init(_ transaction: AlertTransaction, ledgers: [String: DeliveryLedger]) {
    self.transaction = transaction
    self.ledgers = ledgers
  }
}

/// The keyring let a key go while it was in use: the pass is done again.
enum KeyringError: Error {
  case keyExpired
}
