internal import Crypto
public import Findings
internal import Foundation
public import Sealing
public import Store
internal import Wire

/// What a link in a mail says: this receiver may take note of this alert, until then.
///
/// It needs no sign-in, so it says and opens as little as can be: the alert's name, the severity, whose mailbox it went to.
public struct AcknowledgementLink: Hashable, Sendable {
  /// Seconds for which a link is good: a day.
  public static let lifeSeconds: UInt64 = 86_400

  /// The alert.
  public let alert: AlertID
  /// Whose mailbox it went to: 16 hexadecimal digits.
  public let receiver: String
  /// The severity when the mail was written.
  public let severity: AlertSeverity
  /// Unix time in seconds after which it is void.
  public let expires: UInt64

  /// Describes a link.
  public init(alert: AlertID, receiver: String, severity: AlertSeverity, expires: UInt64) {
    self.alert = alert
    self.receiver = receiver
    self.severity = severity
    self.expires = expires
  }

  /// Why a link opens nothing.
  public enum Refusal: Error, Hashable, Sendable {
    /// Not one of ours, or altered.
    case invalid
    /// Once it was.
    case expired
  }
}

/// Signs and checks links: HMAC-SHA256 (RFC 2104) under a key that is derived from the vault's record key of alert plans.
///
/// Token: base64url without padding of version 1 (1 byte) ‖ alert (16) ‖ receiver (8) ‖ severity (1) ‖ expiry in Unix seconds,
/// big-endian (8) ‖ HMAC-SHA256 over what comes before (32).
public struct AcknowledgementSigner: Sendable {
  /// Characters of a token.
  public static let tokenLength = 88
  private static let statementSize = 34

  private let key: SymmetricKey

  /// - Parameter planKey: The vault's record key of purpose `plans`.
  public init(planKey: SecretBytes) throws(SealingError) {
    let derived = try KeyDerivation.hkdfSHA256(
      key: planKey, salt: [], info: Array("SealedBeat/1 acknowledgement link".utf8), count: 32)
    key = derived.withUnsafeBytes { SymmetricKey(data: $0) }
  }

  /// The token of a link; `nil` when the receiver is no fingerprint.
  public func token(_ link: AcknowledgementLink) -> String? {
    guard let statement = Self.statement(link) else { return nil }
    let code = HMAC<SHA256>.authenticationCode(for: statement, using: key)
    return Data(statement + Array(code)).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
      .replacing("=", with: "")
  }

  /// Checks a token.
  /// - Parameters:
  ///   - token: what stood in the link.
  ///   - now: Unix time in seconds.
  public func link(_ token: String, now: UInt64) throws(AcknowledgementLink.Refusal) -> AcknowledgementLink {
    guard token.utf8.count == Self.tokenLength,
      let data = Data(base64Encoded: token.replacing("-", with: "+").replacing("_", with: "/")),
      data.count == Self.statementSize + 32
    else { throw .invalid }
    let bytes = Array(data)
    let statement = bytes.prefix(Self.statementSize)
    guard HMAC<SHA256>.isValidAuthenticationCode(bytes.suffix(32), authenticating: statement, using: key),
      bytes[0] == 1, let alert = AlertID(bytes[1..<17]), AlertSeverity.allCases.indices.contains(Int(bytes[25]))
    else { throw .invalid }
    let expires = bytes[26..<34].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard now < expires else { throw .expired }
    return AcknowledgementLink(
      alert: alert, receiver: Array(bytes[17..<25]).hex, severity: AlertSeverity.allCases[Int(bytes[25])],
      expires: expires)
  }

  private static func statement(_ link: AcknowledgementLink) -> [UInt8]? {
    guard let receiver = [UInt8](hex: link.receiver), receiver.count == 8,
      let severity = AlertSeverity.allCases.firstIndex(of: link.severity)
    else { return nil }
    return [1] + link.alert.bytes + receiver + [UInt8(severity)]
      + (0..<8).map { UInt8(truncatingIfNeeded: link.expires >> (56 - 8 * $0)) }
  }
}
