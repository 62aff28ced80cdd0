/// Why a connection ended or a message was not taken.
///
/// Equality is on the code alone; the reason never holds a secret or a payload.
public struct MQTTError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Stable name of the failure.
  public enum Code: String, Sendable, CaseIterable {
    /// A value of the configuration cannot be used.
    case configuration
    /// A certificate or key cannot be used, or the peer's certificate was not accepted.
    case tls
    /// The server could not be reached, or the connection broke.
    case connectionLost = "connection-lost"
    /// The server answered CONNECT with a refusal (MQTT 3.1.1 §3.2.2.3).
    case refused
    /// Nothing was heard for longer than the keep-alive or the connect time-out.
    case timeout
    /// This side asked for the end.
    case requested
    /// There is no connection.
    case notConnected = "not-connected"
    /// As many messages as ``MQTTConfiguration/maximumQueued`` wait for an acknowledgement.
    case queueFull = "queue-full"
    /// Topic or payload is not acceptable.
    case invalidMessage = "invalid-message"
    /// The operating system refused a resource.
    case system
    /// Anything else that the library reports.
    case library
  }

  /// What went wrong.
  public let code: Code
  /// What was wrong, in words.
  public let reason: String

  /// Describes a failure.
  public init(_ code: Code, _ reason: String) {
    self.code = code
    self.reason = reason
  }

  /// `code: reason`.
  public var description: String { "\(code.rawValue): \(reason)" }

  /// Equal when the codes are.
  public static func == (left: MQTTError, right: MQTTError) -> Bool { left.code == right.code }

  /// Hashes the code.
  public func hash(into hasher: inout Hasher) { hasher.combine(code) }
}
