internal import Findings
internal import Logging
internal import Store
internal import Wire

extension DecryptorWorker {
  /// Gives every session on the list its turn, and commits what they found.
  func analyseQueue() async throws(StoreError) {
    let round = queue
    queue.removeAll(keepingCapacity: true)
    for session in round { session.isQueued = false }
    do throws(StoreError) {
      var rest = round[...]
      while !rest.isEmpty {
        let batch = rest.prefix(Self.sessionsPerRead).filter { live[$0.reference] === $0 }
        rest = rest.dropFirst(Self.sessionsPerRead)
        for session in batch where session.isReplaying {
          try await guarded(session) { () throws(StoreError) in try await replay(session) }
        }
        try await analyse(batch.filter { !$0.isReplaying && $0.hasWork && live[$0.reference] === $0 })
      }
      try await flush()
    } catch {
      for session in round where live[session.reference] === session { enqueue(session) }
      throw error
    }
    // What has more to do comes again, behind the others.
    for session in round where live[session.reference] === session { enqueue(session) }
  }

  /// Gives several sessions a turn, with one look at the store.
  private func analyse(_ sessions: [LiveSession]) async throws(StoreError) {
    guard !sessions.isEmpty else { return }
    for (session, page) in try await pages(sessions) { try await analyse(session, page) }
  }

  private func pages(_ sessions: [LiveSession]) async throws(StoreError) -> [(LiveSession, [StoredChunk])] {
    let queries = sessions.map {
      ChunkQuery(reference: $0.reference, from: $0.next, limit: Self.chunksPerTurn)
    }
    do throws(StoreError) {
      return Array(zip(sessions, try await chunks.chunks(queries)))
    } catch  where error == StoreError(.corrupt, "") {
      // One of them cannot be read: each by itself, then.
      var pages: [(LiveSession, [StoredChunk])] = []
      for (session, query) in zip(sessions, queries) {
        try await guarded(session) { () throws(StoreError) in
          let page = try await chunks.chunks(of: query.reference, from: query.sequence, limit: query.limit)
          pages.append((session, page))
        }
      }
      return pages
    }
  }

  private func analyse(_ session: LiveSession, _ page: [StoredChunk]) async throws(StoreError) {
    guard let contiguous = session.record.contiguous else { return }
    session.lastActive = time.uptime()
    // A short page, or one that reaches beyond the contiguous part, shows all of that part: what is not in it is lost.
    let isWhole = page.count < Self.chunksPerTurn || (page.last.map { $0.sequence >= contiguous } ?? true)
    let last = isWhole ? contiguous : page.last?.sequence ?? contiguous
    do {
      let commit = try session.analyse(page, through: last, judge: judge, clock: &clock)
      prepared.append(commit)
      preparedFindings += commit.findings.count
    } catch {
      // The library failed to seal: nothing of this turn is kept.
      logger.error("sealing failed", metadata: ["session": "\(session.reference)", "cause": "\(error)"])
      postpone(session)
    }
    if preparedFindings >= Self.findingsPerCommit { try await flush() }
  }

  /// Does something for one session; a page that cannot be read then stops this session alone.
  private func guarded(
    _ session: LiveSession, _ body: () async throws(StoreError) -> Void
  ) async throws(StoreError) {
    do throws(StoreError) {
      try await body()
    } catch  where error == StoreError(.corrupt, "") {
      logger.error("a session cannot be read", metadata: ["session": "\(session.reference)", "cause": "\(error)"])
      postpone(session)
    }
  }

  /// One page of a replay.
  private func replay(_ session: LiveSession) async throws(StoreError) {
    guard let position = session.analysedThrough else { return }
    let known = try await findings.findings(
      of: session.reference, from: session.next, limit: Self.findingsPerReplay)
    let stored = try await chunks.chunks(of: session.reference, from: session.next, limit: Self.findingsPerReplay)
    // What was analysed is what has a finding: a chunk that was declared lost and came after all stays out.
    var last = known.count < Self.findingsPerReplay ? position : min(position, known.last?.sequence ?? position)
    if stored.count == Self.findingsPerReplay, let end = stored.last?.sequence { last = min(last, end) }
    metrics.replayed(session.replay(stored, known: known, through: last, judge: judge))
  }

  /// Commits what was prepared, in one transaction.
  func flush() async throws(StoreError) {
    guard !prepared.isEmpty else { return }
    let start = time.uptime()
    let lost = Set(try await findings.commit(prepared.map(\.commit), now: time.unixMicroseconds()))
    let now = time.unixMicroseconds()
    for item in prepared where !lost.contains(item.session.reference) {
      item.session.committed(item.commit)
      for finding in item.findings { metrics.committed(finding, at: now) }
    }
    metrics.committed(
      in: time.uptime() - start, checkpoints: prepared.count { $0.commit.checkpoint != nil })
    let losers = prepared.filter { lost.contains($0.session.reference) }.map(\.session)
    prepared.removeAll(keepingCapacity: true)
    preparedFindings = 0
    metrics.lostClaims(losers.count)
    for session in losers {
      logger.warning("another decryptor has taken a session", metadata: ["session": "\(session.reference)"])
      postpone(session)
    }
  }

  /// Forgets the sessions whose findings may not have been committed; they begin again from the position on disk.
  func abandonPrepared() {
    for item in prepared { reopen(item.session) }
    prepared.removeAll(keepingCapacity: true)
    preparedFindings = 0
  }

  /// Forgets a session and tries again later.
  func postpone(_ session: LiveSession) {
    reopen(session)
    waiting[session.reference]?.backOff.fail(at: time.uptime())
  }

  /// Forgets a session, which is opened again at the next turn.
  func reopen(_ session: LiveSession) {
    close(session)
    waiting[session.reference] = WaitingSession(record: session.record, since: time.uptime())
  }

  /// Takes a session out of memory, with its keys.
  func close(_ session: LiveSession) {
    if live[session.reference] === session { live[session.reference] = nil }
  }
}
