import CMosquitto
import Glibc
import Logging

/// A client's connection to an MQTT 3.1.1 server, driven by an ``MQTTEventLoop``.
///
/// Every method may be called from any thread, also from inside the event handler, and returns at once; what became of
/// it is told as an ``MQTTEvent``. Every attempt to connect begins with a fresh client of the library, so a message
/// whose PUBACK had not come is never repeated behind the caller's back: it is reported as not published.
public final class MQTTConnection: Sendable {
  /// Where the connection stands; the loop's thread alone changes it.
  enum Phase {
    case idle
    case waitingToRetry(ticket: UInt64)
    case connecting(since: UInt64)
    case connected
  }

  /// Packets handled for one connection before others have their turn.
  private static let readRoundsPerTurn = 64

  /// The loop that drives it.
  public let loop: MQTTEventLoop
  /// What it was made with.
  public let configuration: MQTTConfiguration
  let onEvent: @Sendable (MQTTEvent) -> Void

  // The loop's thread only, from here on.
  nonisolated(unsafe) var id: UInt64 = .max
  nonisolated(unsafe) var phase = Phase.idle
  nonisolated(unsafe) var client: OpaquePointer?
  nonisolated(unsafe) var interest: EventPoll.Interest?
  nonisolated(unsafe) var failure: MQTTError?
  /// Messages of QoS 1 without PUBACK, and those of QoS 0 not yet written: packet identifier → token.
  nonisolated(unsafe) var outstanding: [Int32: UInt64] = [:]
  nonisolated(unsafe) var progress: UInt64 = 0
  nonisolated(unsafe) var isInsideLibrary = false
  nonisolated(unsafe) private var attempt = 0
  nonisolated(unsafe) private var tickets: UInt64 = 0

  /// Prepares a connection; nothing is sent before ``connect()``.
  /// - Parameters:
  ///   - configuration: where to and as whom.
  ///   - loop: what drives it.
  ///   - onEvent: called on the loop's thread, in order; must not block.
  public init(
    _ configuration: MQTTConfiguration, on loop: MQTTEventLoop, onEvent: @escaping @Sendable (MQTTEvent) -> Void
  ) throws(MQTTError) {
    try configuration.validate()
    self.loop = loop
    self.configuration = configuration
    self.onEvent = onEvent
    loop.enqueue(.adopt(self))
  }

  /// Begins to connect, unless it is connecting or connected.
  public func connect() {
    loop.submit { [self] in
      switch phase {
      case .idle, .waitingToRetry: begin()
      case .connecting, .connected: break
      }
    }
  }

  /// Sends one message.
  public func publish(_ publication: MQTTPublication) {
    if loop.isCurrent { send(publication) } else { loop.submit { [self] in send(publication) } }
  }

  /// Sends messages in order, with one hand-over to the loop.
  public func publish(_ publications: [MQTTPublication]) {
    if loop.isCurrent {
      for publication in publications { send(publication) }
    } else if !publications.isEmpty {
      loop.submit { [self] in for publication in publications { send(publication) } }
    }
  }

  /// Subscribes to topic filters; answered by ``MQTTEvent/subscribed(granted:)``, one for each filter in order.
  public func subscribe(_ filters: [String], qos: MQTTQoS = .atLeastOnce) {
    loop.submit { [self] in
      guard case .connected = phase, let client else { return }
      enter {
        for filter in filters {
          let code = mosquitto_subscribe(client, nil, filter, qos.rawValue)
          if code != MOSQ_ERR_SUCCESS.rawInt { failure = MQTTError(library: code, "subscribe") }
        }
      }
      settle()
    }
  }

  /// Takes leave with DISCONNECT and does not come back by itself.
  public func disconnect() {
    loop.submit { [self] in
      switch phase {
      case .idle: break
      case .waitingToRetry, .connecting: finish(MQTTError(.requested, "disconnected"), mayRetry: false)
      case .connected:
        leave()
        finish(MQTTError(.requested, "disconnected"), mayRetry: false)
      }
    }
  }

  /// Drops the connection without DISCONNECT, as a radio does: the server publishes the will.
  public func abort() {
    loop.submit { [self] in
      if case .idle = phase { return }
      finish(MQTTError(.requested, "aborted"), mayRetry: false)
    }
  }

  /// Disconnects and removes the connection from its loop; it cannot be used again.
  public func close() {
    disconnect()
    loop.submit { [self] in loop.forget(self) }
  }

  // MARK: The loop's thread

  /// Sockets are ready.
  func serve(isReadable: Bool, isWritable: Bool) {
    guard let client else { return }
    enter {
      var isEstablishing = false
      if case .connecting = phase { isEstablishing = true }
      // The library carries a TLS handshake on in its read function, whichever way the socket became ready.
      if isReadable || isEstablishing { readAll(client) }
      if failure == nil, isWritable || mosquitto_want_write(client) {
        check(mosquitto_loop_write(client, 1), "write")
      }
    }
    settle()
  }

  /// Once a second: keep-alive, connect time-out.
  func keepHouse(now: UInt64) {
    guard let client else { return }
    enter {
      if case .connecting(let since) = phase,
        now - since > UInt64(configuration.connectTimeoutSeconds) * 1_000_000_000
      {
        failure = MQTTError(.timeout, "no CONNACK within \(configuration.connectTimeoutSeconds) s")
      } else {
        check(mosquitto_loop_misc(client), "keep-alive")
      }
    }
    settle()
  }

  /// The loop ends.
  func end() {
    if case .connected = phase { leave() }
    if case .idle = phase { return }
    finish(MQTTError(.requested, "the loop ended"), mayRetry: false)
  }

  private func begin() {
    failure = nil
    interest = nil
    phase = .connecting(since: monotonicNanoseconds())
    enter {
      do throws(MQTTError) {
        let client = try makeClient()
        self.client = client
        let code = mosquitto_connect_async(
          client, configuration.host, Int32(configuration.port), Int32(configuration.keepAliveSeconds))
        if code != MOSQ_ERR_SUCCESS.rawInt { failure = MQTTError(library: code, "connect") }
      } catch {
        failure = error
      }
    }
    settle()
  }

  private func send(_ publication: MQTTPublication) {
    guard case .connected = phase, let client else {
      return refuse(publication, MQTTError(.notConnected, "there is no connection"))
    }
    guard outstanding.count < configuration.maximumQueued else {
      return refuse(publication, MQTTError(.queueFull, "\(configuration.maximumQueued) messages wait for their PUBACK"))
    }
    var packet: Int32 = 0
    var code = MOSQ_ERR_SUCCESS.rawInt
    enter {
      code = publication.payload.withUnsafeBytes { bytes in
        mosquitto_publish(
          client, &packet, publication.topic, Int32(bytes.count), bytes.baseAddress, publication.qos.rawValue,
          publication.isRetained)
      }
    }
    if code == MOSQ_ERR_SUCCESS.rawInt {
      // A message of QoS 0 may have been written, and reported, inside the call above.
      if publication.qos == .atLeastOnce { outstanding[packet] = publication.token }
    } else {
      refuse(publication, MQTTError(library: code, "publish"))
      let fatal = [MOSQ_ERR_NO_CONN.rawInt, MOSQ_ERR_CONN_LOST.rawInt, MOSQ_ERR_ERRNO.rawInt]
      if fatal.contains(code) { failure = MQTTError(library: code, "publish") }
    }
    if !isInsideLibrary { settle() }
  }

  private func refuse(_ publication: MQTTPublication, _ error: MQTTError) {
    if publication.token != 0 { onEvent(.notPublished(token: publication.token, error)) }
  }

  private func leave() {
    guard let client else { return }
    enter {
      mosquitto_disconnect(client)
      // What waits is written now; a full socket keeps the rest, which QoS 1 then repeats elsewhere.
      if mosquitto_want_write(client) { mosquitto_loop_write(client, 1) }
    }
  }

  /// The library reads one packet or several; a round without progress means that nothing more is there. It must be
  /// asked until then, because TLS holds decrypted packets that epoll cannot see.
  private func readAll(_ client: OpaquePointer) {
    for _ in 0..<Self.readRoundsPerTurn {
      let before = progress
      errno = 0
      check(mosquitto_loop_read(client, 1), "read")
      if failure != nil || progress == before { return }
    }
    loop.postponeReading(self)
  }

  private func check(_ code: Int32, _ place: String) {
    if code != MOSQ_ERR_SUCCESS.rawInt && failure == nil { failure = MQTTError(library: code, place) }
  }

  private func enter(_ body: () -> Void) {
    let wasInside = isInsideLibrary
    isInsideLibrary = true
    body()
    isInsideLibrary = wasInside
  }

  /// After the library was called: is the connection alive, and what does it wait for?
  private func settle() {
    guard let client, failure == nil else {
      if let failure { finish(failure, mayRetry: true) }
      return
    }
    let descriptor = mosquitto_socket(client)
    guard descriptor >= 0 else { return finish(MQTTError(.connectionLost, "closed"), mayRetry: true) }
    var wanted = EventPoll.Interest.connecting
    if case .connected = phase { wanted = .established(writing: mosquitto_want_write(client)) }
    guard wanted != interest else { return }
    // The library does not: a child process that held a copy would keep the connection open after its end.
    if interest == nil { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    if loop.watch(self, descriptor: descriptor, wanted, isNew: interest == nil) {
      interest = wanted
    } else {
      finish(MQTTError(.system, "epoll_ctl: \(String(cString: strerror(errno)))"), mayRetry: true)
    }
  }

  /// Frees the library's client, tells the owner, and comes back later if the policy says so.
  private func finish(_ error: MQTTError, mayRetry: Bool) {
    if let client { mosquitto_destroy(client) }
    client = nil
    interest = nil
    failure = nil
    phase = .idle
    var retryAfter: Duration?
    if mayRetry, let policy = configuration.reconnect {
      var generator = SystemRandomNumberGenerator()
      let wait = policy.wait(attempt: attempt, using: &generator)
      attempt += 1
      tickets += 1
      let ticket = tickets
      phase = .waitingToRetry(ticket: ticket)
      retryAfter = wait
      loop.schedule(after: wait) { [weak self] in
        if let self, case .waitingToRetry(ticket) = phase { begin() }
      }
    }
    let unanswered = outstanding.values.filter { $0 != 0 }.sorted()
    outstanding.removeAll()
    for token in unanswered { onEvent(.notPublished(token: token, error)) }
    onEvent(.disconnected(error, retryAfter: retryAfter))
  }

  /// CONNACK arrived.
  func handleConnected(code: Int32, flags: Int32) {
    progress &+= 1
    guard code == 0 else {
      failure = MQTTError(.refused, String(cString: mosquitto_connack_string(code)))
      return
    }
    attempt = 0
    phase = .connected
    onEvent(.connected(sessionPresent: flags & 1 == 1))
  }
}
