internal import Crypto
internal import Foundation
internal import Sealing

/// One attempt to sign in at the provider, from the button to the way back: kept sealed in the browser, so that the server remembers
/// nothing and nobody can fill its memory.
struct ProviderFlow: Codable, Hashable, Sendable {
  /// Seconds that somebody may take at the provider.
  static let lifetime: UInt64 = 600
  /// SameSite=Lax: the way back is a navigation that the provider's site begins.
  static let cookieName = "__Host-sealedbeat-provider"

  /// Ties the way back to this browser.
  let state: String
  /// Ties the ID token to this attempt.
  let nonce: String
  /// Ties the code to this attempt (RFC 7636).
  let verifier: String
  /// When it began, in Unix seconds.
  let began: UInt64

  /// Begins one.
  init(now: UInt64) throws {
    func random() throws -> String { try SecureRandom.bytes(32).base64URL }
    state = try random()
    nonce = try random()
    verifier = try random()
    began = now
  }

  /// S256 (RFC 7636 §4.2).
  var challenge: String { Array(SHA256.hash(data: Array(verifier.utf8))).base64URL }

  /// Whether the way back is this attempt's, and in time.
  func accepts(state other: some StringProtocol, now: UInt64) -> Bool {
    now >= began && now - began <= Self.lifetime
      && SecretBytes(copying: other.utf8).isEqual(to: SecretBytes(copying: state.utf8))
  }

  /// The header that keeps it in the browser; without a value it removes it.
  static func setCookie(_ value: String?) -> String {
    "\(cookieName)=\(value ?? ""); Path=/; Max-Age=\(value == nil ? 0 : lifetime); Secure; HttpOnly; SameSite=Lax"
  }
}
