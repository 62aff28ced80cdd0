internal import Cardio
public import Inference
public import KeyVaultClient
public import Logging
public import ServiceLifecycle
public import Store

/// Opens the chunks of every session that it may read, analyses them, and commits sealed findings.
///
/// It follows the store, claims sessions (so that several decryptors share the work), asks the vault for their keys, and for
/// each chunk commits exactly one finding. Killed at any moment and started again it goes on where the store says it stood:
/// nothing is analysed twice, nothing is left out, and what it says is what it would have said undisturbed.
public final class DecryptorService: Service {
  private let configuration: DecryptorConfiguration
  private let chunks: any ChunkStore
  private let findings: any FindingStore
  private let changes: any StoreChanges
  private let keys: any SessionKeySource
  private let model: any BeatJudging
  private let time: Timekeeper
  private let logger: Logger
  private let health: DecryptorHealth

  /// Puts a decryptor together; ``run()`` starts it.
  ///
  /// - Parameters:
  ///   - configuration: What an operator chose.
  ///   - chunks: Where ciphertext rests.
  ///   - findings: Where sealed findings go.
  ///   - changes: Who tells that chunks have arrived.
  ///   - keys: The vault.
  ///   - model: Judges each beat.
  ///   - logger: Where events are told.
  public convenience init(
    configuration: DecryptorConfiguration, chunks: any ChunkStore, findings: any FindingStore,
    changes: any StoreChanges, keys: any SessionKeySource, model: any BeatJudging, logger: Logger
  ) {
    self.init(
      configuration: configuration, chunks: chunks, findings: findings, changes: changes, keys: keys,
      model: model, logger: logger, time: .system)
  }

  package init(
    configuration: DecryptorConfiguration, chunks: any ChunkStore, findings: any FindingStore,
    changes: any StoreChanges, keys: any SessionKeySource, model: any BeatJudging, logger: Logger,
    time: Timekeeper
  ) {
    self.configuration = configuration
    self.chunks = chunks
    self.findings = findings
    self.changes = changes
    self.keys = keys
    self.model = model
    self.logger = logger
    self.time = time
    health = DecryptorHealth(workers: configuration.workers)
  }

  /// Whether every worker has read the store, and store and vault answered when last asked.
  public var isReady: Bool { health.isReady }

  /// Works until the service group shuts down gracefully; then writes a checkpoint of every session in memory.
  public func run() async throws {
    await withTaskGroup { group in
      for index in 0..<configuration.workers {
        group.addTask { [self] in await work(index) }
      }
    }
  }

  private func work(_ index: Int) async {
    let worker = DecryptorWorker(
      index: index, configuration: configuration, chunks: chunks, findings: findings, keys: keys,
      model: model, health: health, time: time, logger: logger)
    let notices = changes.changes(in: .chunks, atLeastEvery: configuration.pollInterval)
    for await _ in notices.cancelOnGracefulShutdown() { await worker.turn() }
    await worker.stop()
  }
}
