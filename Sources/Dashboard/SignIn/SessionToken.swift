internal import Crypto
internal import Foundation
internal import Sealing

/// The secret of a sign-in: 256 random bits, in the browser's cookie and nowhere else.
struct SessionToken: Sendable {
  /// `__Host-` makes the browser insist on Secure, Path=/ and no Domain (RFC 6265bis §4.1.3.2).
  static let cookieName = "__Host-sealedbeat"
  private static let byteCount = 32

  private let bytes: [UInt8]

  /// Makes a new token.
  init() throws(SealingError) { bytes = try SecureRandom.bytes(Self.byteCount) }

  /// Parses a cookie's value.
  init?(cookie: String) {
    guard cookie.utf8.count == 43, let bytes = [UInt8](base64URL: cookie), bytes.count == Self.byteCount else {
      return nil
    }
    self.bytes = bytes
  }

  /// base64url without padding.
  var cookieValue: String { bytes.base64URL }

  /// What the store keeps.
  var storedHash: [UInt8] { Array(SHA256.hash(data: bytes)) }

  /// What a page must send with every request that changes something. Derived, so that nothing more needs storing, and
  /// useless for signing in.
  var requestToken: String {
    Array(HMAC<SHA256>.authenticationCode(for: Array("SealedBeat/1 request".utf8), using: SymmetricKey(data: bytes)))
      .prefix(16).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }

  /// The cookie that carries the token until `seconds` from now; 0 removes it.
  func setCookie(maximumAge seconds: Int64) -> String {
    Self.setCookie(value: cookieValue, maximumAge: seconds)
  }

  /// The header that removes the cookie.
  static var removalCookie: String { setCookie(value: "", maximumAge: 0) }

  private static func setCookie(value: String, maximumAge seconds: Int64) -> String {
    "\(cookieName)=\(value); Path=/; Max-Age=\(seconds); Secure; HttpOnly; SameSite=Strict"
  }
}
