internal import CoreMetrics
public import Logging
internal import MQTT
internal import Metrics
public import ServiceLifecycle
public import Store
internal import Synchronization
internal import Wire

/// Takes chunks from MQTT, commits them, and only then tells their devices.
///
/// It holds no key and could use none: what it sees of a heartbeat is a header and ciphertext.
public final class BrokerService: Service {
  private struct Readiness {
    var isSubscribed = false
    var isCommitting = true
  }

  private let configuration: BrokerConfiguration
  private let chunks: any ChunkStore
  private let logger: Logger
  private let metrics = BrokerMetrics()
  private let buffer = IngestBuffer()
  private let board = Mutex(TelemetryBoard())
  private let gate = Mutex(RefusalLogGate())
  private let readiness = Mutex(Readiness())

  /// - Parameters:
  ///   - configuration: what an operator chose.
  ///   - chunks: where ciphertext rests.
  ///   - logger: where events are told.
  public init(configuration: BrokerConfiguration, chunks: any ChunkStore, logger: Logger) {
    self.configuration = configuration
    self.chunks = chunks
    self.logger = logger
  }

  /// Whether chunks are arriving and becoming durable.
  public var isReady: Bool { readiness.withLock { $0.isSubscribed && $0.isCommitting } }

  /// Serves until the process shuts down.
  public func run() async throws {
    let loop = try MQTTEventLoop(name: "broker-mqtt", logger: logger)
    let relay = Mutex<MQTTConnection?>(nil)
    let connection = try MQTTConnection(configuration.mqtt, on: loop) { [self] event in
      handle(event, on: relay.withLock { $0 })
    }
    relay.withLock { $0 = connection }
    connection.connect()
    await cancelWhenGracefulShutdown { [self] in
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await self.commitArrivals(connection) }
        group.addTask { await self.publishTelemetry() }
      }
    }
    relay.withLock { $0 = nil }
    await loop.shutdown()
  }

  /// On the loop's thread.
  private func handle(_ event: MQTTEvent, on connection: MQTTConnection?) {
    switch event {
    case .connected:
      connection?.subscribe([Topic.filter(.chunk), Topic.filter(.status)])
    case .subscribed(let granted):
      let isGranted = granted.allSatisfy { $0 <= 2 }
      readiness.withLock { $0.isSubscribed = isGranted }
      if isGranted {
        logger.info("subscribed to every device")
      } else {
        logger.error("mosquitto refuses the subscription; check the access list for svc.broker")
      }
    case .disconnected(let reason, _):
      readiness.withLock { $0.isSubscribed = false }
      logger.warning("no connection to mosquitto", metadata: ["reason": "\(reason)"])
    case .message(let message):
      take(message)
    case .published, .notPublished:
      // A receipt that was not taken comes again with the device's next chunk.
      break
    }
  }

  private func take(_ message: MQTTMessage) {
    let now = Clock.now()
    let verdict = IntakeVerdict(message, receivedAt: now)
    if case .refused(let refused) = verdict, gate.withLock({ $0.admits(refused.device, now: now) }) {
      logger.warning(
        "message refused", metadata: ["device": "\(refused.device?.name ?? "-")", "code": "\(refused.code.rawValue)"])
    }
    if !buffer.add(verdict) { metrics.dropped.increment() }
  }

  /// Commits what arrives, one transaction after the other, and publishes receipts.
  private func commitArrivals(_ connection: MQTTConnection) async {
    for await _ in buffer.arrivals {
      while let batch = buffer.take() {
        guard let commit = await commitUntilDone(batch) else { return }
        let now = Clock.now()
        metrics.count(batch, commit, committedAt: now)
        metrics.waiting.record(buffer.depth)
        board.withLock { $0.record(batch, commit, committedAt: now) }
        publishReceipts(commit, on: connection)
      }
    }
  }

  /// Tries until the batch is on disk; `nil` when the service ends first. Devices hold everything meanwhile.
  private func commitUntilDone(_ batch: ChunkBatch) async -> ChunkCommit? {
    var delay = Duration.milliseconds(100)
    var lastLogged: StoreError.Code?
    while !Task.isCancelled {
      let start = ContinuousClock.now
      do {
        let commit = try await chunks.commit(batch)
        metrics.commitDuration.record(duration: ContinuousClock.now - start)
        if lastLogged != nil { logger.notice("the store takes chunks again") }
        readiness.withLock { $0.isCommitting = true }
        return commit
      } catch {
        metrics.failures.increment()
        readiness.withLock { $0.isCommitting = false }
        if lastLogged != error.code {
          logger.error(
            "chunks cannot be committed; devices hold theirs until it succeeds",
            metadata: ["code": "\(error.code.rawValue)", "reason": "\(error.reason)"])
        }
        lastLogged = error.code
      }
      try? await Task.sleep(for: delay)
      delay = min(delay * 2, .seconds(2))
    }
    return nil
  }

  private func publishReceipts(_ commit: ChunkCommit, on connection: MQTTConnection) {
    guard !commit.contiguous.isEmpty else { return }
    let receipts = commit.contiguous.map { reference, committed in
      MQTTPublication(
        topic: Topic(device: reference.device, channel: .receipt).description,
        payload: Receipt(session: reference.session, committed: committed).encoded(), qos: .atLeastOnce)
    }
    connection.publish(receipts)
    metrics.receipts.increment(by: receipts.count)
  }

  private func publishTelemetry() async {
    while !Task.isCancelled {
      try? await Task.sleep(for: configuration.telemetryInterval)
      let (changed, count) = board.withLock { ($0.takeChanged(), $0.deviceCount) }
      metrics.devices.record(count)
      guard !changed.isEmpty else { continue }
      do {
        _ = try await chunks.commit(ChunkBatch(telemetry: changed))
      } catch {
        // The next round carries newer figures; chunks themselves are retried elsewhere.
        logger.debug("telemetry was not written", metadata: ["code": "\(error.code.rawValue)"])
      }
    }
  }
}
