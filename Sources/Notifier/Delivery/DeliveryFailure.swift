/// Why a receiver did not take a message. The reason names no patient, no address and no secret.
public struct DeliveryFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// Stable name of the failure.
  public enum Code: String, Sendable, CaseIterable {
    /// The receiver could not be reached, or not in time.
    case unreachable
    /// The receiver's certificate does not prove who it is, or TLS is not to be had.
    case untrusted
    /// The receiver does not accept our credential.
    case unauthorised
    /// The receiver answered and did not take the message.
    case refused
    /// The receiver says that it is gone for good.
    case gone
    /// Our own configuration or credential file does not allow an attempt.
    case misconfigured
  }

  /// What went wrong.
  public let code: Code
  /// In words, with the protocol's own number where there is one.
  public let reason: String
  /// Seconds that the receiver asked to be left alone.
  public let retryAfterSeconds: Double?

  /// Describes a failure.
  public init(_ code: Code, _ reason: String, retryAfterSeconds: Double? = nil) {
    self.code = code
    self.reason = reason
    self.retryAfterSeconds = retryAfterSeconds
  }

  /// Whether another attempt is senseless. Everything but an explicit farewell may be repaired while the message waits,
  /// a wrong password or address included, and an alert is worth more than a receiver's trouble.
  public var isFinal: Bool { code == .gone }

  /// `code: reason`.
  public var description: String { "\(code.rawValue): \(reason)" }

  /// Equal when the codes are.
  public static func == (left: DeliveryFailure, right: DeliveryFailure) -> Bool { left.code == right.code }

  /// Hashes the code.
  public func hash(into hasher: inout Hasher) { hasher.combine(code) }
}
