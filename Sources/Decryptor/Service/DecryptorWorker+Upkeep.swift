internal import KeyVaultClient
internal import Logging
internal import Sealing
internal import Store
internal import Wire

extension DecryptorWorker {
  /// Renews claims and keys of busy sessions, and puts quiet ones to rest.
  func upkeep() async throws(StoreError) {
    let now = time.uptime()
    guard now - lastUpkeep >= Self.upkeepInterval else { return }
    lastUpkeep = now
    let quiet = live.values.filter { !$0.isQueued && !$0.hasWork && now - $0.lastActive >= configuration.idleLimit }
    for session in quiet { try await rest(session) }
    try await flush()
    for session in quiet { close(session) }
    try await renewClaims(now)
    await renewKeys(now)
  }

  /// Adds a checkpoint of the present state to the next transaction.
  func rest(_ session: LiveSession) async throws(StoreError) {
    do {
      guard let commit = try session.prepareRest() else { return }
      prepared.append(commit)
    } catch {
      logger.error("a checkpoint cannot be sealed", metadata: ["session": "\(session.reference)", "cause": "\(error)"])
    }
    if prepared.count >= Self.findingsPerCommit { try await flush() }
  }

  private func renewClaims(_ now: Duration) async throws(StoreError) {
    var old = live.values.filter { now - $0.claimedAt >= configuration.lease / 2 }
    while !old.isEmpty {
      let batch = Array(old.prefix(Self.sessionsPerOpening))
      old.removeFirst(batch.count)
      for (session, claim) in zip(batch, try await claim(batch.map(\.reference))) {
        if let claim, claim.analysedThrough == session.analysedThrough {
          session.epoch = claim.epoch
          session.claimedAt = now
        } else {
          metrics.lostClaims(1)
          logger.warning("another decryptor has taken a session", metadata: ["session": "\(session.reference)"])
          postpone(session)
        }
      }
    }
  }

  private func renewKeys(_ now: Duration) async {
    var old = live.values.filter { now - $0.keysAskedAt >= LiveSession.keyRefreshAge }
    while !old.isEmpty, !vaultBackOff.isWaiting(at: now) {
      let batch = Array(old.prefix(Self.sessionsPerOpening))
      old.removeFirst(batch.count)
      guard let answers = await askKeys(batch.map(\.record)) else { break }
      for (session, answer) in zip(batch, answers) {
        switch answer {
        case .released(let keys):
          do { try session.renew(keys, now: now) } catch { postpone(session) }
        case .refused(let refusal):
          close(session)
          park(session.record, refusal)
        }
      }
    }
    for session in Array(live.values) where now - session.keysAskedAt >= LiveSession.keyAgeLimit {
      reopen(session)
    }
  }
}
