internal import KeyVaultClient
internal import Logging
internal import Sealing
internal import Store
internal import Wire

extension DecryptorWorker {
  /// Sessions that this worker may have in memory.
  private var capacity: Int { max(1, configuration.maximumLiveSessions / configuration.workers) }

  /// Claims and opens the sessions that wait, batch by batch.
  func openWaiting() async throws(StoreError) {
    let now = time.uptime()
    guard !waiting.isEmpty, !vaultBackOff.isWaiting(at: now) else { return }
    var due = waiting.values.filter { !$0.backOff.isWaiting(at: now) }.sorted { $0.precedes($1) }.map(\.record)
    if live.count + due.count > capacity {
      try await makeRoom(for: due.count)
      due = Array(due.prefix(max(0, capacity - live.count)))
    }
    while !due.isEmpty {
      let batch = Array(due.prefix(Self.sessionsPerOpening))
      due.removeFirst(batch.count)
      guard try await open(batch) else { return }
    }
  }

  /// - Returns: `false` when the vault cannot be reached.
  private func open(_ records: [SessionRecord]) async throws(StoreError) -> Bool {
    var claimed: [(record: SessionRecord, claim: AnalysisClaim)] = []
    for (record, claim) in zip(records, try await claim(records.map(\.reference))) {
      if let claim {
        let isDone = claim.analysedThrough.map { $0 >= record.contiguous ?? 0 } ?? false
        if isDone { waiting[record.reference] = nil } else { claimed.append((record, claim)) }
      } else {
        waiting[record.reference]?.backOff.fail(at: time.uptime())
      }
    }
    guard let answers = await askKeys(claimed.map(\.record)) else { return false }
    for ((record, claim), answer) in zip(claimed, answers) {
      switch answer {
      case .refused(let refusal): park(record, refusal)
      case .released(let keys):
        do {
          let session = try LiveSession(record: record, claim: claim, keys: keys, now: time.uptime())
          waiting[record.reference] = nil
          live[record.reference] = session
          enqueue(session)
        } catch {
          logger.error("a session cannot be opened", metadata: ["session": "\(record.reference)", "cause": "\(error)"])
          waiting[record.reference]?.backOff.fail(at: time.uptime())
        }
      }
    }
    return true
  }

  /// Claims sessions for as long as the configuration says; `nil` where another decryptor holds one.
  func claim(_ references: [SessionReference]) async throws(StoreError) -> [AnalysisClaim?] {
    let now = time.unixMicroseconds()
    let (seconds, attoseconds) = configuration.lease.components
    let lease = UInt64(seconds) * 1_000_000 + UInt64(attoseconds) / 1_000_000_000_000
    return try await findings.claim(references, owner: configuration.owner, leaseUntil: now + lease, now: now)
  }

  /// Asks the vault; notes and reports whether it can be reached.
  /// - Returns: One answer for each session; `nil` when the vault could not be asked.
  func askKeys(_ records: [SessionRecord]) async -> [SessionKeyAnswer]? {
    guard !records.isEmpty else { return [] }
    let requests = records.map {
      SessionKeyRequest(
        reference: $0.reference, iv: $0.iv, keyVersion: $0.keyVersion, purposes: [.session, .findings])
    }
    do throws(KeyVaultError) {
      let answers = try await keys.sessionKeys(requests)
      guard answers.count == requests.count else { throw .badAnswer("another number of answers than requests") }
      if vaultBackOff.failureCount > 0 { logger.info("the vault answers again") }
      vaultBackOff.succeed()
      health.vault(isReachable: true, worker: index)
      return answers
    } catch {
      if vaultBackOff.failureCount == 0 {
        logger.warning("the vault cannot be asked; sessions wait", metadata: ["cause": "\(error)"])
      }
      vaultBackOff.fail(at: time.uptime())
      health.vault(isReachable: false, worker: index)
      return nil
    }
  }

  /// Leaves a session whose key is refused alone for a while; a person is told once.
  func park(_ record: SessionRecord, _ refusal: SessionKeyRefusal) {
    var session = waiting[record.reference] ?? WaitingSession(record: record, since: time.uptime())
    session.backOff.fail(at: time.uptime())
    if !session.isReported {
      session.isReported = true
      logger.warning(
        "the vault refuses a session's keys",
        metadata: ["session": "\(record.reference)", "reason": "\(refusal.rawValue)"])
    }
    waiting[record.reference] = session
  }

  /// Puts the sessions that were quiet for longest to rest.
  private func makeRoom(for count: Int) async throws(StoreError) {
    let excess = min(live.count, live.count + count - capacity)
    guard excess > 0 else { return }
    let quiet = live.values.filter { !$0.isQueued }.sorted { $0.lastActive < $1.lastActive }.prefix(excess)
    for session in quiet { try await rest(session) }
    try await flush()
    for session in quiet { close(session) }
  }
}
