package import AlertDelivery
public import KeyVaultClient
public import Logging
public import ServiceLifecycle
public import Store
internal import Synchronization

/// Tells the doctor: from sealed findings to alerts, from alerts to mail and webhooks.
///
/// One task follows findings and commits alerts together with their messages and the policy's position; one task for each
/// channel delivers what the outbox holds. They meet in the store alone, so that a mail server that is down delays no alert,
/// and a crash anywhere repeats at most a message, under the same name.
public final class NotifierService: Service {
  /// Longest wait for a notice of the store: silence and reminders are looked at as often.
  private static let interval = Duration.seconds(1)

  private let changes: any StoreChanges
  private let follower: FindingsFollower
  private let lanes: [DeliveryLane]
  private let webhooks: [WebhookTransport]
  private let metrics: NotifierMetrics
  private let logger: Logger
  private let followerIsWell = Atomic(false)

  /// Prepares the service.
  /// - Throws: ``DeliveryFailure`` of code `misconfigured` when a channel could never be used safely.
  public convenience init(
    configuration: NotifierConfiguration, chunks: any ChunkStore, findings: any FindingStore, alerts: any AlertStore,
    registry: any RegistryStore, changes: any StoreChanges, keys: any SessionKeySource, logger: Logger
  ) throws {
    try self.init(
      configuration: configuration, chunks: chunks, findings: findings, alerts: alerts, registry: registry,
      changes: changes, keys: keys, logger: logger, now: ServerClock.system,
      jitter: { Double.random(in: 0...1) })
  }

  /// - Parameters:
  ///   - now: the server's clock.
  ///   - jitter: 0…1 for each wait before another attempt.
  package init(
    configuration: NotifierConfiguration, chunks: any ChunkStore, findings: any FindingStore, alerts: any AlertStore,
    registry: any RegistryStore, changes: any StoreChanges, keys: any SessionKeySource, logger: Logger,
    now: @escaping @Sendable () -> UnixMicroseconds, jitter: @escaping @Sendable () -> Double,
    transports: [AlertNotice.Receiver: any AlertTransport]? = nil
  ) throws {
    let metrics = NotifierMetrics()
    let keyring = SessionKeyring(chunks: chunks, keys: keys, lifetimeSeconds: configuration.keyLifetimeSeconds)
    let links = AlertLinks(
      prefix: configuration.alertLinkPrefix, acknowledgementPrefix: configuration.acknowledgementLinkPrefix)
    let mail = try configuration.mail.map { try MailTransport(configuration: $0, links: links) }
    let webhooks = try configuration.webhooks.map { webhook in
      (webhook.name, try WebhookTransport(configuration: webhook, links: links, now: now))
    }
    let transport: @Sendable (AlertNotice.Receiver) -> (any AlertTransport)? = { receiver in
      if let transports { return transports[receiver] }
      switch receiver {
      case .mailbox: return mail
      case .webhook(let name): return webhooks.first { $0.0 == name }?.1
      }
    }
    follower = FindingsFollower(
      configuration: configuration, chunks: chunks, findings: findings, alerts: alerts, registry: registry,
      keyring: keyring, keys: keys, now: now, metrics: metrics, logger: logger)
    lanes = DeliveryChannel.allCases.map { channel in
      DeliveryLane(
        channel: channel, alerts: alerts, keyring: keyring, transport: transport, retry: configuration.retry, now: now,
        jitter: jitter, metrics: metrics, logger: logger)
    }
    self.webhooks = webhooks.map(\.1)
    self.changes = changes
    self.metrics = metrics
    self.logger = logger
  }

  /// Whether the last pass over the findings was committed.
  public var isReady: Bool { followerIsWell.load(ordering: .acquiring) }

  /// Runs until graceful shutdown or cancellation.
  public func run() async throws {
    await cancelWhenGracefulShutdown { [self] in
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await self.follow() }
        for lane in self.lanes { group.addTask { await self.deliver(lane) } }
      }
    }
    do { try await follower.storePositions() } catch { report(error, "Positions were not stored at the end") }
    for webhook in webhooks { await webhook.shutdown() }
  }

  /// One pass over the findings: for tests, which drive it step by step.
  package func evaluate() async throws { try await follower.pass() }

  /// One pass over the due messages of every channel: for tests.
  package func deliverDue() async throws {
    for lane in lanes { _ = try await lane.pass() }
  }

  /// Ends connections: for tests that do not ``run()``.
  package func close() async { for webhook in webhooks { await webhook.shutdown() } }

  private func follow() async {
    for await _ in changes.changes(in: .findings, atLeastEvery: Self.interval) {
      if Task.isCancelled { break }
      do {
        try await follower.pass()
        followerIsWell.store(true, ordering: .releasing)
      } catch {
        if Task.isCancelled { break }
        followerIsWell.store(false, ordering: .releasing)
        metrics.passFailed()
        report(error, "Findings were not evaluated; will be tried again")
      }
    }
  }

  private func deliver(_ lane: DeliveryLane) async {
    for await _ in changes.changes(in: .alerts, atLeastEvery: Self.interval) {
      if Task.isCancelled { break }
      do {
        while try await lane.pass() > 0, !Task.isCancelled {}
      } catch {
        if Task.isCancelled { break }
        metrics.passFailed()
        report(error, "Messages were not delivered; will be tried again")
      }
    }
  }

  private func report(_ error: any Error, _ message: Logger.Message) {
    logger.error(message, metadata: ["error": "\(error)"])
  }
}
