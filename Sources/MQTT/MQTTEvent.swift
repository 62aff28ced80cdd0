/// Quality of service (MQTT 3.1.1 §4.3); SealedBeat has no use for QoS 2.
public enum MQTTQoS: Int32, Sendable {
  /// Delivered once or not at all.
  case atMostOnce = 0
  /// Delivered once or more often.
  case atLeastOnce = 1
}

/// A message to send.
public struct MQTTPublication: Sendable {
  /// Where to.
  public var topic: String
  /// What, at most 268,435,455 bytes.
  public var payload: [UInt8]
  /// How surely.
  public var qos: MQTTQoS
  /// Whether the server keeps it for later subscribers.
  public var isRetained: Bool
  /// Comes back in ``MQTTEvent/published(token:)`` or ``MQTTEvent/notPublished(token:_:)``; 0 asks for neither.
  public var token: UInt64

  /// Describes a message.
  public init(
    topic: String, payload: [UInt8], qos: MQTTQoS = .atLeastOnce, isRetained: Bool = false, token: UInt64 = 0
  ) {
    self.topic = topic
    self.payload = payload
    self.qos = qos
    self.isRetained = isRetained
    self.token = token
  }
}

/// A message that arrived. The library hides the DUP flag: a repetition must be told by its content.
public struct MQTTMessage: Sendable {
  /// Where it was published.
  public let topic: String
  /// Its content.
  public let payload: [UInt8]
  /// How it was delivered: 0 or 1.
  public let qos: Int
  /// Whether the server had kept it.
  public let isRetained: Bool
}

/// What happens on a connection, told on the loop's thread.
public enum MQTTEvent: Sendable {
  /// CONNACK: the server takes messages; `sessionPresent` when it remembers subscriptions.
  case connected(sessionPresent: Bool)
  /// The connection ended or could not be made. With a reconnect policy, `retryAfter` says when it is tried again.
  case disconnected(MQTTError, retryAfter: Duration?)
  /// SUBACK: for each filter the granted QoS, or 128 where the server refused.
  case subscribed(granted: [Int])
  /// A message arrived. It is acknowledged when the handler returns.
  case message(MQTTMessage)
  /// PUBACK for QoS 1; written to the socket for QoS 0.
  case published(token: UInt64)
  /// The message was not taken, or the connection ended before its PUBACK: it may or may not have arrived.
  case notPublished(token: UInt64, MQTTError)
}
