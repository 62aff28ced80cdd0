public import KeyVaultClient
public import Logging
public import Store
internal import Wire

/// Carries out rounds of deletion: decides, and deletes in short transactions, asking again before each session whether it may.
///
/// Killed at any moment it leaves a state that the next round goes on from: what is gone is counted, what is not is decided anew.
public struct RetentionWorker: Sendable {
  /// What it deletes from, and where its rounds are recorded.
  public typealias Storage = RetentionStore & RetentionDeletion & RegistryStore

  /// Most rows of chunks or findings in one transaction: half a megabyte of ciphertext, some ten milliseconds, in which a device's
  /// chunks wait.
  static let rowsPerTransaction = 1_000
  /// Most alerts in one transaction: each takes its messages, attempts and events along.
  static let alertsPerTransaction = 50
  /// After each transaction the files are left to others for as long as it took, and this long at least.
  static let shortestPause = Duration.milliseconds(2)
  /// How long an answer of the vault about held devices is believed while a round goes on: each question is an entry in its log.
  static let vaultAnswerLife = Duration.seconds(60)

  private let store: any Storage
  private let vault: any HeldDeviceSource
  private let setting: Int
  private let now: @Sendable () -> UnixMicroseconds
  private let logger: Logger
  private let metrics = RetentionMetrics()

  /// Puts a worker together.
  /// - Parameters:
  ///   - store: Opened for writing chunks, findings, alerts and the registry, and so that deleted content is overwritten.
  ///   - vault: Knows whose keys are held.
  ///   - setting: Days that an installation begins with.
  ///   - now: Unix time in microseconds.
  ///   - logger: Told of rounds; no patient's name is known here.
  public init(
    store: any Storage, vault: any HeldDeviceSource, setting: Int, now: @escaping @Sendable () -> UnixMicroseconds,
    logger: Logger
  ) {
    self.store = store
    self.vault = vault
    self.setting = setting
    self.now = now
    self.logger = logger
  }

  /// Writes the policy down that an installation begins with, unless there is one.
  /// - Returns: Whether the setting differs from what was written down: then it counts no more.
  public func begin() async throws(StoreError) -> Bool {
    let changes = try await store.retentionChanges()
    if changes.isEmpty {
      _ = try await store.append(RetentionTimeline.beginning(setting: setting, at: now()), after: 0)
      return false
    }
    return changes.contains { $0.actor == "setting" && $0.to != setting }
  }

  /// One round.
  /// - Parameters:
  ///   - actor: Who has it done, for the record.
  ///   - believesClock: Whether a person vouches for the time.
  /// - Returns: How it ended.
  public func round(by actor: String, believesClock: Bool = false) async throws(StoreError) -> RetentionRun.Outcome {
    let time = now()
    let runs = try await store.retentionRuns(limit: 100)
    if !believesClock {
      let beginning = try await store.retentionChanges().first?.at
      if RetentionClock.isDoubtful(time, runs: runs, beginning: beginning) {
        logger.warning("nothing is deleted: the clock cannot be believed", metadata: ["see": "retention run --help"])
        // Once, not every hour: what would be the last round must not become the measure of the next.
        if runs.first?.outcome == .clockDoubtful { return .clockDoubtful }
        return try await refuse(.clockDoubtful, by: actor, at: time)
      }
    }
    var ground: Ground
    do throws(Unreadable) {
      ground = try await lookAround(at: time, before: nil)
    } catch {
      logger.warning("nothing is deleted: holds cannot be read", metadata: ["reason": "\(error.reason)"])
      return try await refuse(.holdsUnreadable, by: actor, at: time)
    }
    let kept = try await store.keptSessions(sizingBefore: 0)
    let decision = RetentionDecision(kept: kept, policy: ground.policy, holds: ground.holds, now: time)
    metrics.stays(decision.stays)
    let number = try await store.begin(
      RetentionRun(
        startedAt: time, actor: actor,
        stays: Dictionary(uniqueKeysWithValues: decision.stays.map { ($0.key.description, $0.value) })))
    let outcome: RetentionRun.Outcome
    do throws(Interruption) {
      let sessions = Dictionary(uniqueKeysWithValues: kept.map { ($0.reference, $0) })
      for planned in decision.deletions {
        // Once more, on what holds now: somebody may have placed a hold, or kept more, since.
        ground = try await lookAgain(at: time, before: ground)
        guard let session = sessions[planned.reference] else { continue }
        let again = RetentionDecision(kept: [session], policy: ground.policy, holds: ground.holds, now: time)
        for deletion in again.deletions { try await carryOut(deletion, number) }
      }
      ground = try await lookAgain(at: time, before: ground)
      try await deleteRefused(
        before: ground.policy.cutoff(.recordings, at: time), keeping: ground.holds.heldDevices, number)
      do throws(StoreError) {
        try await store.deleteSignIns(expiredBefore: time)
        if try await !store.cutLogs() { metrics.logStays() }
      } catch {
        throw Interruption(.failed, error.reason)
      }
      outcome = .done
    } catch {
      logger.warning(
        "a round ended early", metadata: ["outcome": "\(error.outcome.rawValue)", "reason": "\(error.reason)"])
      outcome = error.outcome
    }
    try await end(number, outcome)
    return outcome
  }

  // MARK: What holds

  /// Policy and holds as they were read last.
  private struct Ground {
    let policy: RetentionPolicy
    let holds: HoldBook
    let heldInVault: Set<DeviceID>
    let asked: ContinuousClock.Instant
  }

  /// Policy or holds cannot be read: everything is held.
  private struct Unreadable: Error {
    let reason: String
  }

  private func lookAround(at time: UnixMicroseconds, before: Ground?) async throws(Unreadable) -> Ground {
    var held = before?.heldInVault ?? []
    var asked = before?.asked ?? .now
    if before.map({ ContinuousClock.now - $0.asked > Self.vaultAnswerLife }) ?? true {
      do throws(KeyVaultError) {
        held = try await vault.heldDevices()
        asked = .now
      } catch {
        throw Unreadable(reason: "the vault: \(error)")
      }
    }
    do throws(StoreError) {
      return Ground(
        policy: RetentionTimeline(try await store.retentionChanges(), setting: setting).policy(at: time),
        holds: HoldBook(
          holds: try await store.retentionHolds(), heldInVault: held, wearings: try await store.wearings()),
        heldInVault: held, asked: asked)
    } catch {
      throw Unreadable(reason: "the registry: \(error.reason)")
    }
  }

  private func lookAgain(at time: UnixMicroseconds, before: Ground) async throws(Interruption) -> Ground {
    do throws(Unreadable) {
      return try await lookAround(at: time, before: before)
    } catch {
      throw Interruption(.holdsUnreadable, error.reason)
    }
  }

  private func refuse(
    _ outcome: RetentionRun.Outcome, by actor: String, at time: UnixMicroseconds
  ) async throws(StoreError) -> RetentionRun.Outcome {
    let number = try await store.begin(RetentionRun(startedAt: time, actor: actor))
    try await end(number, outcome)
    return outcome
  }

  private func end(_ number: Int64, _ outcome: RetentionRun.Outcome) async throws(StoreError) {
    let time = now()
    try await store.endRun(number, at: time, outcome)
    metrics.ended(outcome, at: time)
    logger.info("round of retention", metadata: ["run": "\(number)", "outcome": "\(outcome.rawValue)"])
  }

  // MARK: Deleting

  /// Why a round does not come to its end.
  private struct Interruption: Error {
    let outcome: RetentionRun.Outcome
    let reason: String

    init(_ outcome: RetentionRun.Outcome, _ reason: String) {
      self.outcome = outcome
      self.reason = reason
    }
  }

  private func carryOut(_ deletion: RetentionDecision.Deletion, _ run: Int64) async throws(Interruption) {
    let reference = deletion.reference
    let limit = Self.rowsPerTransaction
    if deletion.recording != nil, let cutoff = deletion.cutoffs[.recordings] {
      try await repeating(.recordings) { () throws(StoreError) in
        try await store.deleteChunks(of: reference, receivedBefore: cutoff, limit: limit, run: run)
      }
    }
    if deletion.derived != nil, let cutoff = deletion.cutoffs[.findings] {
      try await repeating(.findings) { () throws(StoreError) in
        try await store.deleteFindings(of: reference, touchedBefore: cutoff, limit: limit, run: run)
      }
    }
    if let cutoff = deletion.cutoffs[.alerts] {
      var rest = deletion.alerts[...]
      while !rest.isEmpty {
        let batch = Array(rest.prefix(Self.alertsPerTransaction))
        rest = rest.dropFirst(batch.count)
        try await repeating(.alerts) { () throws(StoreError) in
          try await store.deleteAlerts(batch, touchedBefore: cutoff, run: run)
        }
      }
    }
    do throws(StoreError) {
      if deletion.forgetsPolicyState { try await store.forgetPolicyState(of: reference) }
      if deletion.forgetsSession, try await isForgotten(reference) { try await store.forgetSession(reference) }
    } catch {
      throw Interruption(.failed, error.reason)
    }
  }

  /// Whether nothing but the row is left: what came meanwhile keeps it.
  private func isForgotten(_ reference: SessionReference) async throws(StoreError) -> Bool {
    try await !store.hasRemains(of: reference)
  }

  private func deleteRefused(
    before cutoff: UnixMicroseconds, keeping held: Set<DeviceID>, _ run: Int64
  ) async throws(Interruption) {
    try await repeating(.recordings) { () throws(StoreError) in
      try await store.deleteRefusedMessages(
        receivedBefore: cutoff, keeping: held, limit: Self.rowsPerTransaction, run: run)
    }
  }

  /// Runs transactions until one says that it was the last, with a pause after each; stops between two when the task ends.
  private func repeating(
    _ kind: RetentionKind, _ step: () async throws(StoreError) -> DeletionStep
  ) async throws(Interruption) {
    while true {
      guard !Task.isCancelled else { throw Interruption(.stopped, "the process was asked to end") }
      let start = ContinuousClock.now
      let done: DeletionStep
      do throws(StoreError) {
        done = try await step()
      } catch {
        throw Interruption(.failed, error.reason)
      }
      let duration = ContinuousClock.now - start
      metrics.deleted(done, kind, in: duration)
      if done.isOver { return }
      try? await Task.sleep(for: max(duration, Self.shortestPause))
    }
  }
}
