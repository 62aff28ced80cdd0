package import Inference
package import KeyVaultClient
package import Logging
package import Store
internal import Wire

/// Analyses the sessions of its share: one loop, no task or allocation of its own for a chunk beyond its finding.
///
/// The store's position is the only truth. Whatever fails between reading and the end of a commit, the sessions concerned
/// are forgotten and opened again from their checkpoint; so nothing is analysed twice and nothing is left out.
package final class DecryptorWorker {
  /// Most chunks of one session in one turn, so that a session that catches up does not hold up the others: 95 s of signal.
  static let chunksPerTurn = 64
  /// Sessions whose chunks are read in one look at the store: 2 MiB of ciphertext at the most.
  static let sessionsPerRead = 64
  /// Most findings in one transaction: some 100 KiB, and a few milliseconds of CPU before its first chunk is on disk.
  static let findingsPerCommit = 512
  /// Sessions opened at a time: one request to the vault, well under its limit.
  static let sessionsPerOpening = 256
  /// Rows read at a time when looking for changes.
  static let rowsPerPage = 1000
  /// Pages of a replay, in findings.
  static let findingsPerReplay = 256
  /// How often claims, keys and idle sessions are looked after.
  static let upkeepInterval: Duration = .seconds(5)

  let index: Int
  let configuration: DecryptorConfiguration
  let chunks: any ChunkStore
  let findings: any FindingStore
  let keys: any SessionKeySource
  let time: Timekeeper
  let logger: Logger
  let metrics: DecryptorMetrics
  let health: DecryptorHealth
  let judge: BeatJudge
  var clock: StageClock

  var live: [SessionReference: LiveSession] = [:]
  var waiting: [SessionReference: WaitingSession] = [:]
  var queue: [LiveSession] = []
  var prepared: [PreparedCommit] = []
  var preparedFindings = 0
  var revision: Revision = 0
  var hasSurveyed = false
  var storeBackOff = BackOff.outage
  var vaultBackOff = BackOff.outage
  var lastUpkeep: Duration = .zero

  init(
    index: Int, configuration: DecryptorConfiguration, chunks: any ChunkStore, findings: any FindingStore,
    keys: any SessionKeySource, model: any BeatJudging, health: DecryptorHealth, time: Timekeeper, logger: Logger
  ) {
    self.index = index
    self.configuration = configuration
    self.chunks = chunks
    self.findings = findings
    self.keys = keys
    self.time = time
    self.logger = logger
    self.health = health
    metrics = DecryptorMetrics(worker: index)
    judge = BeatJudge(model: model, measures: configuration.measuresStages)
    clock = StageClock(isRunning: configuration.measuresStages)
  }

  /// A worker by itself, driven turn by turn: for tests and benchmarks.
  package convenience init(
    configuration: DecryptorConfiguration, chunks: any ChunkStore, findings: any FindingStore,
    keys: any SessionKeySource, model: any BeatJudging, time: Timekeeper, logger: Logger
  ) {
    self.init(
      index: 0, configuration: configuration, chunks: chunks, findings: findings, keys: keys, model: model,
      health: DecryptorHealth(workers: 1), time: time, logger: logger)
  }

  /// Whether store and vault could be reached when last tried.
  package var isReady: Bool { health.isReady }

  /// Sessions in memory.
  package var liveSessionCount: Int { live.count }

  /// Sessions with chunks to analyse that cannot be opened now.
  package var waitingSessionCount: Int { waiting.count }

  /// Does everything that there is to do now.
  package func turn() async {
    guard !storeBackOff.isWaiting(at: time.uptime()) else { return }
    do throws(StoreError) {
      try await survey()
      repeat {
        // First whoever is in memory: only a session without work makes room for one that waits.
        try await analyseQueue()
        try await openWaiting()
        try await survey()
        // Inside the loop: under steady load the queue is never empty, and claims and keys must be renewed all the same.
        try await upkeep()
      } while !queue.isEmpty && !Task.isCancelled
      if storeBackOff.failureCount > 0 { logger.info("the store can be used again") }
      storeBackOff.succeed()
      health.store(isReachable: true, worker: index)
    } catch {
      abandonPrepared()
      if storeBackOff.failureCount == 0 { logger.error("the store cannot be used", metadata: ["cause": "\(error)"]) }
      storeBackOff.fail(at: time.uptime())
      health.store(isReachable: false, worker: index)
    }
    clock.publish()
    metrics.sessions(live: live.count, parked: waiting.count)
  }

  /// Puts every session to rest: checkpoints, so that the next process goes on at once.
  package func stop() async {
    do throws(StoreError) {
      for session in Array(live.values) { try await rest(session) }
      try await flush()
    } catch {
      abandonPrepared()
      logger.error("could not write the last checkpoints; the next start replays", metadata: ["cause": "\(error)"])
    }
    live.removeAll()
    queue.removeAll()
  }

  /// Whether a session is among this worker's.
  func isMine(_ reference: SessionReference) -> Bool {
    // Session ids are random; the last byte is as good as any hash.
    configuration.workers == 1 || Int(reference.session.bytes[SessionID.byteCount - 1]) % configuration.workers == index
  }
}
