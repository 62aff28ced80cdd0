import FirmwareCore
public import Logging
public import MQTT
import Wire

/// A simulated device at work: front end → portable core → MQTT, and receipts and commands back.
///
/// Everything happens on the thread of one `MQTTEventLoop`, which can carry thousands of them.
public final class StreamingDevice: @unchecked Sendable {
  // @unchecked: every property below is touched on the loop's thread only; other threads submit work to it.

  /// Chunks sealed in one turn of the loop when the source is played as fast as possible.
  static let chunksPerTurn = 32
  /// Share of the outbox above which a source that can wait does.
  static let outboxHighWater = 0.5
  /// How often a waiting device looks again.
  static let pollInterval = Duration.milliseconds(20)
  /// Longest wait between two attempts to hand over a rotated key.
  static let longestRotationWait = Duration.seconds(300)

  private enum Phase {
    case idle
    case streaming
    case draining
    case finished
  }

  private let device: VirtualDevice
  private let bundle: ProvisioningBundle
  private let options: StreamingOptions
  private let clock: any DeviceClock
  private let loop: MQTTEventLoop
  private let logger: Logger
  private let identity: ConnectionIdentity
  private let topics: DeviceTopics
  private let vaultKey: [UInt8]

  private var source: any SampleSource
  private var pulse: PulseSource?
  private var connection: MQTTConnection?
  private var phase = Phase.idle
  private var sampleLimit: Int?
  private var position = 0
  private var startMonotonic: UInt64 = 0
  private var captureOrigin: UInt64 = 0
  private var isLinked = false
  private var isStopRequested = false
  private var connections = 0
  private var sessions: [SessionID] = []
  private var isRotating = false
  private var rotationFailures = 0
  private var hasWarnedOfStorage = false
  private var generator = SystemRandomNumberGenerator()
  private var completion: CheckedContinuation<DeviceSummary, Never>?

  /// Prepares an enrolled device. With a `pulse`, its parameters are ``DeviceParameters/kindsWithPulse``.
  public init(
    device: VirtualDevice, bundle: ProvisioningBundle, source: any SampleSource, pulse: PulseSource? = nil,
    options: StreamingOptions, clock: any DeviceClock, loop: MQTTEventLoop, logger: Logger
  ) throws(DeviceError) {
    guard pulse == nil || device.parameters.kinds == DeviceParameters.kindsWithPulse else {
      throw DeviceError(.invalidInput, "\(bundle.device) has no channels for a pulse")
    }
    guard device.isEnrolled else { throw DeviceError(.notEnrolled, "\(bundle.device)") }
    self.device = device
    self.bundle = bundle
    self.source = source
    self.pulse = pulse
    self.options = options
    self.clock = clock
    self.loop = loop
    self.logger = logger
    topics = DeviceTopics(bundle.device)
    vaultKey = try bundle.vaultKey()
    do {
      identity = try ConnectionIdentity(device: device, caPEM: bundle.caPEM)
    } catch {
      throw error as? DeviceError ?? DeviceError(.storage, "\(error)")
    }
  }

  /// Streams until the source ends, the sample limit is reached or ``stop()`` is called.
  public func run() async -> DeviceSummary {
    await withCheckedContinuation { continuation in
      loop.schedule(after: options.startDelay) { [self] in
        completion = continuation
        start()
      }
    }
  }

  /// Ends the recording; the run ends when the last receipts have come, or at once without a drain.
  public func stop() {
    loop.submit { [self] in
      isStopRequested = true
      if case .streaming = phase { finishStreaming() }
    }
  }

  /// What it has done so far.
  public func statistics() async -> DeviceStatistics {
    await withCheckedContinuation { continuation in
      loop.submit { [self] in continuation.resume(returning: device.statistics) }
    }
  }

  // MARK: The loop's thread

  private var now: DeviceTime {
    DeviceTime(
      monotonicMicroseconds: clock.monotonicMicroseconds, wallMicroseconds: captureTime(of: position))
  }

  private func captureTime(of sample: Int) -> UInt64 {
    captureOrigin + UInt64(sample * SampleInterval.microseconds)
  }

  private func start() {
    sampleLimit = [source.length, options.sampleLimit].compactMap { $0 }.min()
    startMonotonic = clock.monotonicMicroseconds
    captureOrigin = options.captureOrigin(now: clock.wallMicroseconds, samples: sampleLimit)
    phase = .streaming
    if isStopRequested { return finishStreaming() }
    connect()
    if let seconds = options.disconnectEverySeconds { breakConnection(every: .seconds(seconds)) }
    if device.wantedKeyVersion != nil { rotate() }
    stream()
  }

  /// Takes what the front end has by now, and comes back when it has more.
  private func stream() {
    guard case .streaming = phase else { return }
    for _ in 0..<Self.chunksPerTurn {
      let count = min(Int(SB_CHUNK_SAMPLES), (sampleLimit ?? .max) - position)
      guard count > 0 else { return finishStreaming() }
      if options.waitsForOutbox, isOutboxFilling {
        tick()
        return loop.schedule(after: Self.pollInterval) { [self] in stream() }
      }
      if let due = options.dueMicroseconds(of: position + count) {
        let elapsed = clock.monotonicMicroseconds - startMonotonic
        if due > elapsed {
          tick()
          return loop.schedule(after: .microseconds(Int64(due - elapsed))) { [self] in stream() }
        }
      }
      guard take(count) else { return finishStreaming() }
    }
    tick()
    loop.submit { [self] in stream() }
  }

  private var isOutboxFilling: Bool {
    Double(device.statistics.chunksHeld) >= Self.outboxHighWater * Double(device.parameters.outboxCapacity)
  }

  /// - Returns: false at the end of the source.
  private func take(_ count: Int) -> Bool {
    var duration = 0
    let began = now
    for block in source.next(count) {
      do throws(DeviceError) {
        if block.lostBefore > 0 { try device.pushLost(block.lostBefore, at: now) }
        position += Int(block.lostBefore)
        if try !device.push(block.samples.span, leadOff: block.leadOff, at: now) { warnOfStorage() }
      } catch {
        logger.error("samples were refused", metadata: ["device": "\(bundle.device)", "error": "\(error)"])
      }
      position += block.samples.count
      duration += block.duration
    }
    takePulse(duration, at: began)
    if let session = device.session, session != sessions.last { sessions.append(session) }
    return duration == count
  }

  /// Takes as much light as there was voltage.
  private func takePulse(_ count: Int, at time: DeviceTime) {
    guard count > 0, let light = pulse?.next(count) else { return }
    for (channel, samples) in [(1, light.red), (2, light.infrared)] {
      do throws(DeviceError) {
        if try !device.push(samples.span, channel: channel, at: time) { warnOfStorage() }
      } catch {
        logger.error("light was refused", metadata: ["device": "\(bundle.device)", "error": "\(error)"])
      }
    }
  }

  private func warnOfStorage() {
    guard !hasWarnedOfStorage else { return }
    hasWarnedOfStorage = true
    let reason = device.lastStorageFailure.map { "\($0)" } ?? "the outbox is full"
    logger.error("samples are lost", metadata: ["device": "\(bundle.device)", "reason": "\(reason)"])
  }

  private func tick() {
    device.tick(at: now)
    pump()
  }

  /// Hands over to the connection what may go out.
  private func pump() {
    guard isLinked, let connection else { return }
    var batch: [MQTTPublication] = []
    do throws(DeviceError) {
      while let message = try device.nextToSend(at: now) {
        if options.loss > 0, Double.random(in: 0..<1, using: &generator) < options.loss { continue }
        batch.append(MQTTPublication(topic: topics.chunk, payload: message))
      }
    } catch {
      logger.error("the outbox failed", metadata: ["device": "\(bundle.device)", "error": "\(error)"])
    }
    connection.publish(batch)
  }

  private func finishStreaming() {
    phase = .draining
    device.endSession(at: now)
    pump()
    let deadline = clock.monotonicMicroseconds + UInt64((options.drainTimeout ?? .zero) / .microseconds(1))
    drain(until: deadline)
  }

  private func drain(until deadline: UInt64) {
    guard case .draining = phase else { return }
    let isOver = clock.monotonicMicroseconds >= deadline
    if device.statistics.chunksHeld == 0 || isOver { return finish() }
    tick()
    loop.schedule(after: Self.pollInterval) { [self] in drain(until: deadline) }
  }

  private func finish() {
    phase = .finished
    if isLinked {
      connection?.publish(MQTTPublication(topic: topics.status, payload: Array("offline".utf8), isRetained: true))
    }
    connection?.close()
    connection = nil
    completion?.resume(returning: summary)
    completion = nil
  }

  private var summary: DeviceSummary {
    let statistics = device.statistics
    return DeviceSummary(
      device: bundle.device.name, sessions: sessions.map(\.description), chunksSealed: statistics.chunksSealed,
      receipted: statistics.chunksReceipted, held: statistics.chunksHeld, lostSamples: statistics.samplesLost,
      samples: UInt64(position), statistics: statistics, connections: connections,
      elapsedSeconds: Double(clock.monotonicMicroseconds - startMonotonic) / 1e6,
      storageFailure: device.lastStorageFailure.map { "\($0)" })
  }

  // MARK: The connection

  private func connect() {
    if connection == nil {
      var configuration = MQTTConfiguration(
        host: bundle.mqttHost, port: bundle.mqttPort, clientID: bundle.device.name, keepAliveSeconds: 30,
        tls: identity.tls,
        will: MQTTPublication(topic: topics.status, payload: Array("offline".utf8), isRetained: true))
      configuration.maximumInflight = UInt16(clamping: device.parameters.window)
      configuration.maximumQueued = Int(device.parameters.window * device.parameters.sessionCapacity) + 16
      do {
        connection = try MQTTConnection(configuration, on: loop) { [weak self] event in self?.handle(event) }
      } catch {
        logger.error("no connection can be made", metadata: ["device": "\(bundle.device)", "error": "\(error)"])
        return finishStreaming()
      }
    }
    connection?.connect()
  }

  private func handle(_ event: MQTTEvent) {
    switch event {
    case .connected:
      connections += 1
      connection?.subscribe([topics.receipt, topics.command])
    case .subscribed(let granted):
      // Only now can a receipt arrive, so only now do chunks go out.
      if granted.contains(128) {
        logger.error("the server refused a subscription", metadata: ["device": "\(bundle.device)"])
      }
      isLinked = true
      connection?.publish(MQTTPublication(topic: topics.status, payload: Array("online".utf8), isRetained: true))
      device.connected(at: now)
      pump()
    case .disconnected(let error, _):
      isLinked = false
      let wait = device.disconnected(at: now)
      guard phase != .finished else { return }
      logger.info("disconnected", metadata: ["device": "\(bundle.device)", "reason": "\(error)", "wait": "\(wait)"])
      loop.schedule(after: wait) { [self] in if phase != .finished { connect() } }
    case .message(let message):
      receive(message)
    case .published, .notPublished:
      // Receipts say what arrived; PUBACK says only that mosquitto has it.
      break
    }
  }

  private func receive(_ message: MQTTMessage) {
    switch message.topic {
    case topics.receipt:
      device.takeReceipt(message.payload, at: now)
      pump()
    case topics.command:
      device.takeCommand(message.payload)
      if device.wantedKeyVersion != nil { rotate() }
    default:
      break
    }
  }

  private func breakConnection(every interval: Duration) {
    loop.schedule(after: interval) { [self] in
      guard phase != .finished else { return }
      // A connection that is still being made has its own faults; breaking it as well would only grow the back-off.
      if isLinked { connection?.abort() }
      breakConnection(every: interval)
    }
  }

  // MARK: Rotation

  /// Hands the new data key to the vault; repeated until the vault has it.
  private func rotate() {
    guard !isRotating else { return }
    isRotating = true
    let request: [UInt8]
    let identity: TLSIdentity
    do {
      request = try device.rotationRequest(vaultKey: vaultKey)
      let certificate = try device.certificates().certificate
      identity = try device.withPrivateKey { TLSIdentity(certificate: certificate, privateKey: $0) }
    } catch {
      logger.error("no rotation", metadata: ["device": "\(bundle.device)", "error": "\(error)"])
      return rotationFailed()
    }
    let client = VaultClient(bundle)
    Task { [self] in
      do throws(DeviceError) {
        let answer = try await client.rotate(request, identity: identity)
        loop.submit { [self] in rotated(answer) }
      } catch {
        logger.warning("rotation", metadata: ["device": "\(bundle.device)", "error": "\(error)"])
        loop.submit { [self] in rotationFailed() }
      }
    }
  }

  private func rotated(_ answer: [UInt8]) {
    do throws(DeviceError) {
      try device.takeRotationAnswer(answer, at: now)
      isRotating = false
      rotationFailures = 0
      logger.notice(
        "new data key", metadata: ["device": "\(bundle.device)", "version": "\(device.statistics.keyVersion)"])
      pump()
    } catch {
      logger.warning("rotation", metadata: ["device": "\(bundle.device)", "error": "\(error)"])
      rotationFailed()
    }
  }

  private func rotationFailed() {
    rotationFailures += 1
    let wait = min(Self.longestRotationWait, .seconds(1 << min(rotationFailures, 8)))
    loop.schedule(after: wait) { [self] in
      isRotating = false
      if phase == .streaming, device.wantedKeyVersion != nil { rotate() }
    }
  }
}

/// A device's topics as text, made once.
struct DeviceTopics {
  let chunk: String
  let receipt: String
  let command: String
  let status: String

  init(_ device: DeviceID) {
    chunk = Topic(device: device, channel: .chunk).description
    receipt = Topic(device: device, channel: .receipt).description
    command = Topic(device: device, channel: .command).description
    status = Topic(device: device, channel: .status).description
  }
}
