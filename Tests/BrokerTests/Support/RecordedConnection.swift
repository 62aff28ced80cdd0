import Logging
import MQTT

/// A connection whose events a test awaits one by one.
final class RecordedConnection: Sendable {
  /// A server that has just been started refuses for a moment.
  static let eager = ReconnectPolicy(initial: .milliseconds(10), longest: .milliseconds(100))

  let connection: MQTTConnection
  private let events: AsyncStream<MQTTEvent>

  init(_ configuration: MQTTConfiguration, on loop: MQTTEventLoop) throws {
    let (events, continuation) = AsyncStream.makeStream(of: MQTTEvent.self)
    self.events = events
    connection = try MQTTConnection(configuration, on: loop) { continuation.yield($0) }
  }

  /// The next event that `select` accepts; others are passed over.
  func next<Value>(_ select: (MQTTEvent) -> Value?) async throws -> Value {
    for await event in events {
      if let value = select(event) { return value }
    }
    throw CancellationError()
  }

  /// Waits for CONNACK; returns whether the server remembered the session.
  func connected() async throws -> Bool {
    try await next { if case .connected(let isPresent) = $0 { isPresent } else { nil } }
  }

  /// Waits for the end.
  func disconnected() async throws -> MQTTError {
    try await next { if case .disconnected(let error, _) = $0 { error } else { nil } }
  }

  /// Waits for a message.
  func message() async throws -> MQTTMessage {
    try await next { if case .message(let message) = $0 { message } else { nil } }
  }

  /// Waits for a SUBACK.
  func subscribed() async throws -> [Int] {
    try await next { if case .subscribed(let granted) = $0 { granted } else { nil } }
  }

  /// Waits for a PUBACK.
  func published() async throws -> UInt64 {
    try await next { if case .published(let token) = $0 { token } else { nil } }
  }
}

/// A loop for the length of `body`.
func withEventLoop(_ body: (MQTTEventLoop) async throws -> Void) async throws {
  let loop = try MQTTEventLoop(logger: Logger(label: "test"))
  do {
    try await body(loop)
  } catch {
    await loop.shutdown()
    throw error
  }
  await loop.shutdown()
}
