internal import Crypto
internal import Foundation
package import Sealing

/// Time-based one-time codes (RFC 6238) on HOTP's truncation (RFC 4226 §5.3). Pure: told the time.
package enum OneTimeCode {
  /// Hash functions of RFC 6238 §1.2.
  package enum Algorithm: Hashable, Sendable {
    /// What every authenticator app computes; HMAC does not rest on SHA-1's resistance to collisions.
    case sha1
    /// For the test vectors.
    case sha256
    /// For the test vectors.
    case sha512
  }

  /// Seconds of a time step (RFC 6238 §5.2).
  package static let period: UInt64 = 30
  /// Digits of a code.
  package static let digits = 6
  /// Steps before and after the present one that are taken: a phone's clock, and the time it takes to type.
  package static let window: UInt64 = 1
  /// Bytes of a secret (RFC 4226 §4, R6 recommends 160 bits).
  package static let secretSize = 20

  /// The time step of a moment.
  package static func step(at unixMicroseconds: UInt64) -> UInt64 { unixMicroseconds / 1_000_000 / period }

  /// The code of a time step.
  package static func code(
    _ secret: SecretBytes, step: UInt64, digits: Int = digits, algorithm: Algorithm = .sha1
  ) -> String {
    let counter = withUnsafeBytes(of: step.bigEndian) { Array($0) }
    let key = secret.withUnsafeBytes { SymmetricKey(data: $0) }
    let mac: [UInt8] =
      switch algorithm {
      case .sha1: Array(HMAC<Insecure.SHA1>.authenticationCode(for: counter, using: key))
      case .sha256: Array(HMAC<SHA256>.authenticationCode(for: counter, using: key))
      case .sha512: Array(HMAC<SHA512>.authenticationCode(for: counter, using: key))
      }
    let offset = Int(mac[mac.count - 1] & 0x0F)
    let value = mac[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
    var modulus: UInt32 = 1
    for _ in 0..<digits { modulus *= 10 }
    let text = String(value % modulus)
    return String(repeating: "0", count: digits - text.count) + text
  }

  /// The step whose code this is, within the window around `now`; `nil` if there is none. Takes the same time whichever it is.
  package static func matchingStep(_ candidate: String, secret: SecretBytes, now: UInt64) -> UInt64? {
    let present = step(at: now)
    let given = SecretBytes(copying: candidate.utf8)
    var match: UInt64?
    for step in (present - min(present, window))...(present + window) {
      if SecretBytes(copying: code(secret, step: step).utf8).isEqual(to: given) { match = step }
    }
    return match
  }

  /// What an authenticator app reads from a QR code (the key URI format that apps agree on).
  /// - Parameter issuer: Shown in the app beside the account.
  package static func enrolmentURI(secret: String, account: String, issuer: String = "SealedBeat") -> String {
    let allowed = CharacterSet.alphanumerics.intersection(CharacterSet(charactersIn: "\u{0}"..."\u{7F}"))
      .union(CharacterSet(charactersIn: "-._~"))
    func encoded(_ text: String) -> String { text.addingPercentEncoding(withAllowedCharacters: allowed) ?? "" }
    return "otpauth://totp/\(encoded(issuer)):\(encoded(account))?secret=\(secret)&issuer=\(encoded(issuer))"
      + "&algorithm=SHA1&digits=\(digits)&period=\(period)"
  }
}
