internal import CoreMetrics
public import KeyVaultClient
public import Logging
public import MQTT
internal import Metrics
public import ServiceLifecycle
internal import Synchronization
internal import Wire

/// The vault's hand in mosquitto: lets in whom the vault admits, cuts whom it revokes, and passes its commands on.
///
/// It holds no key and may read nothing of the vault but the access list.
public final class GatekeeperService: Service {
  enum Event: Sendable {
    case mqtt(MQTTEvent)
    case listBegins
    case page(AccessFeed.Page)
    case timePassed
  }

  private static let filters = [PluginTopic.answer, PluginTopic.notices, Topic.filter(.status)]

  private let mqtt: MQTTConfiguration
  private let feed: any AccessListSource
  private let logger: Logger
  private let metrics = GatekeeperMetrics()
  private let readiness = Mutex(false)
  private let events: AsyncStream<Event>
  private let tell: AsyncStream<Event>.Continuation
  /// The newest word for the vault: it says everything that earlier ones said.
  private let word = Mutex<AppliedAccess?>(nil)
  private let news: AsyncStream<Void>
  private let ring: AsyncStream<Void>.Continuation
  private let started = ContinuousClock.now

  /// - Parameters:
  ///   - mqtt: mosquitto, and the identity `svc.gatekeeper`.
  ///   - feed: the vault's access list, asked with the same identity.
  ///   - logger: where events are told.
  public init(mqtt: MQTTConfiguration, feed: any AccessListSource, logger: Logger) {
    self.mqtt = mqtt
    self.feed = feed
    self.logger = logger
    (events, tell) = AsyncStream.makeStream()
    (news, ring) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Whether mosquitto follows the vault's list.
  public var isReady: Bool { readiness.withLock { $0 } }

  /// Serves until the process shuts down.
  public func run() async throws {
    let loop = try MQTTEventLoop(name: "gatekeeper-mqtt", logger: logger)
    let connection = try MQTTConnection(mqtt, on: loop) { [tell] event in tell.yield(.mqtt(event)) }
    connection.connect()
    await cancelWhenGracefulShutdown { [self] in
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await self.follow(connection) }
        group.addTask { await self.readFeed() }
        group.addTask { await self.sendAcknowledgements() }
      }
    }
    await loop.shutdown()
  }

  // MARK: One task decides.

  private func follow(_ connection: MQTTConnection) async {
    var reconciler = AccessReconciler()
    var subscriptions = 0
    var timer: Task<Void, Never>?
    for await event in events {
      let actions = handle(event, &reconciler, &subscriptions, on: connection)
      for action in actions { carryOut(action, on: connection) }
      let isReady = reconciler.isServing
      metrics.admitted.record(reconciler.admittedCount)
      readiness.withLock { $0 = isReady }
      timer?.cancel()
      timer = reconciler.deadline.map { deadline in
        Task { [tell] in
          try? await Task.sleep(for: .seconds(max(0, deadline - self.now)))
          if !Task.isCancelled { tell.yield(.timePassed) }
        }
      }
      if Task.isCancelled { break }
    }
    timer?.cancel()
  }

  private func handle(
    _ event: Event, _ reconciler: inout AccessReconciler, _ subscriptions: inout Int, on connection: MQTTConnection
  ) -> [AccessReconciler.Action] {
    switch event {
    case .timePassed: return reconciler.advance(now: now)
    case .listBegins:
      reconciler.beginList()
      return []
    case .page(let page):
      return reconciler.take(
        page.devices.map {
          ListedDevice($0.device, isAdmitted: $0.isAdmitted, rotateTo: $0.rotateTo, revision: $0.revision)
        }, upTo: page.revision, isComplete: page.isComplete, now: now)
    case .mqtt(.connected):
      subscriptions = 0
      connection.subscribe(Self.filters)
      return []
    case .mqtt(.subscribed(let granted)):
      guard granted.allSatisfy({ $0 <= 2 }) else {
        logger.error("mosquitto refuses the subscription; check its access file for svc.gatekeeper")
        return []
      }
      subscriptions += granted.count
      return subscriptions == Self.filters.count ? reconciler.linkIsUp(now: now) : []
    case .mqtt(.disconnected(let reason, _)):
      logger.warning("no connection to mosquitto", metadata: ["reason": "\(reason)"])
      reconciler.linkIsDown()
      return []
    case .mqtt(.message(let message)): return take(message, &reconciler)
    case .mqtt(.published), .mqtt(.notPublished): return []
    }
  }

  private func take(_ message: MQTTMessage, _ reconciler: inout AccessReconciler) -> [AccessReconciler.Action] {
    switch message.topic {
    case PluginTopic.answer:
      guard let answer = PluginAnswer(decoding: message.payload) else {
        logger.error("the access plugin's answer is not readable")
        return []
      }
      if let since = reconciler.inFlight?.since { metrics.pluginTime.record(duration: .seconds(now - since)) }
      return reconciler.take(answer, now: now)
    case PluginTopic.notices:
      guard let notice = ConnectionNotice(line: String(decoding: message.payload.prefix(512), as: UTF8.self)) else {
        return []
      }
      return reconciler.deviceConnected(notice.device, now: now)
    default:
      guard let topic = try? Topic(parsing: message.topic), topic.channel == .status,
        String(decoding: message.payload.prefix(16), as: UTF8.self) == LinkStatus.online.rawValue
      else { return [] }
      return reconciler.deviceIsOnline(topic.device, isNews: !message.isRetained, now: now)
    }
  }

  private func carryOut(_ action: AccessReconciler.Action, on connection: MQTTConnection) {
    switch action {
    case .send(let commands, let correlation):
      guard let message = try? PluginCommand.message(commands, correlation: correlation) else { return }
      connection.publish(MQTTPublication(topic: PluginTopic.request, payload: message))
    case .rotate(let device, let version):
      metrics.commands.increment()
      connection.publish(
        MQTTPublication(
          topic: Topic(device: device, channel: .command).description,
          payload: DeviceCommand.rotateDataKey(version).encoded()))
    case .announceOffline(let device):
      connection.publish(
        MQTTPublication(
          topic: Topic(device: device, channel: .status).description, payload: Array(LinkStatus.offline.rawValue.utf8),
          isRetained: true))
    case .acknowledge(let applied):
      word.withLock { $0 = applied }
      ring.yield()
    case .reconnect:
      logger.error("the access plugin does not answer; the connection is made anew")
      connection.abort()
      connection.connect()
    case .wasCut(let device, let isRepeated):
      (isRepeated ? metrics.cutAgain : metrics.cut).increment()
      logger.notice(
        isRepeated ? "a device that is not admitted was cut" : "a device was shut out",
        metadata: ["device": "\(device)"])
    case .pluginRefused(let reason):
      metrics.refusals.increment()
      logger.error("the access plugin refused a command", metadata: ["reason": "\(reason)"])
    }
  }

  /// Seconds on a steady clock.
  private var now: Double {
    let (seconds, attoseconds) = (ContinuousClock.now - started).components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }

  // MARK: The vault.

  private func readFeed() async {
    var revision: UInt64 = 0
    var isWhole = false
    var delay = Duration.milliseconds(100)
    tell.yield(.listBegins)
    while !Task.isCancelled {
      do throws(KeyVaultError) {
        let page = try await feed.page(after: revision, wait: isWhole ? AccessFeed.longestWait : 0)
        delay = .milliseconds(100)
        if page.revision < revision {
          revision = 0
          isWhole = false
          tell.yield(.listBegins)
        } else {
          revision = page.revision
          isWhole = isWhole || page.isComplete
          tell.yield(.page(page))
        }
      } catch {
        guard !Task.isCancelled else { return }
        metrics.feedFailures.increment()
        logger.warning("the vault does not tell the access list", metadata: ["reason": "\(error)"])
        // The vault may be an older copy of itself when it is back.
        if isWhole { tell.yield(.listBegins) }
        revision = 0
        isWhole = false
        try? await Task.sleep(for: delay)
        delay = min(delay * 2, .seconds(1))
      }
    }
    tell.finish()
  }

  private func sendAcknowledgements() async {
    for await _ in news {
      guard let applied = word.withLock({ $0 }) else { continue }
      do throws(KeyVaultError) {
        try await feed.acknowledge(applied.revision, ahead: applied.ahead)
      } catch {
        logger.warning("the vault did not take what was applied", metadata: ["reason": "\(error)"])
        try? await Task.sleep(for: .milliseconds(250))
        ring.yield()
      }
    }
  }
}
