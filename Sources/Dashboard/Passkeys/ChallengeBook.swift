internal import Crypto
package import Decryptor
internal import Foundation
internal import Sealing
internal import Store
internal import Synchronization

/// Gives challenges and knows them again: each for one purpose and one browser or sign-in, for ``lifetime``, once.
///
/// A challenge carries its end and a MAC under a key of this process, so that asking for many fills no memory; only those that an
/// authenticator answered rightly are remembered until they end. Several dashboards behind one address need sticky sessions for this.
package final class ChallengeBook: Sendable {
  /// What a challenge is for, and whom it is bound to.
  package enum Purpose: Hashable, Sendable {
    /// Using a key, in the browser with this cookie.
    case use(browser: String)
    /// Registering one, in the sign-in with this hash.
    case registration(signIn: [UInt8])

    fileprivate var bytes: [UInt8] {
      switch self {
      case .use(let browser): Array("use\0\(browser)".utf8)
      case .registration(let signIn): Array("registration\0".utf8) + signIn
      }
    }
  }

  /// How long an answer may take: what browsers wait for a hand on the key.
  package static let lifetime: Duration = .seconds(5 * 60)
  private static let randomSize = 16
  private static let size = randomSize + 8 + 32

  private let key = SymmetricKey(size: .bits256)
  private let time: Timekeeper
  private let used = Mutex<[[UInt8]: UnixMicroseconds]>([:])

  package init(time: Timekeeper) { self.time = time }

  /// A new challenge, base64url.
  package func challenge(_ purpose: Purpose) throws -> String {
    let end = time.unixMicroseconds() + Self.lifetime.unixMicroseconds
    let head = try SecureRandom.bytes(Self.randomSize) + (0..<8).map { UInt8(truncatingIfNeeded: end >> (56 - 8 * $0)) }
    return (head + mac(head, purpose)).base64URL
  }

  /// Whether a challenge was given for this, and is neither over nor used up.
  package func isOpen(_ challenge: String, _ purpose: Purpose) -> Bool {
    guard let (head, end) = opened(challenge, purpose) else { return false }
    return end > time.unixMicroseconds() && used.withLock { $0[head] == nil }
  }

  /// Uses a challenge up. Of all who try with the same one exactly one gets `true`.
  package func use(_ challenge: String, _ purpose: Purpose) -> Bool {
    let now = time.unixMicroseconds()
    guard let (head, end) = opened(challenge, purpose), end > now else { return false }
    return used.withLock { used in
      used = used.filter { $0.value > now }
      return used.updateValue(end, forKey: head) == nil
    }
  }

  private func opened(_ challenge: String, _ purpose: Purpose) -> (head: [UInt8], end: UnixMicroseconds)? {
    guard challenge.utf8.count <= 2 * Self.size, let bytes = [UInt8](base64URL: challenge),
      bytes.count == Self.size
    else { return nil }
    let head = Array(bytes.prefix(Self.randomSize + 8))
    guard
      HMAC<SHA256>.isValidAuthenticationCode(
        bytes.suffix(32), authenticating: head + purpose.bytes, using: key)
    else { return nil }
    return (head, head.suffix(8).reduce(0) { $0 << 8 | UInt64($1) })
  }

  private func mac(_ head: [UInt8], _ purpose: Purpose) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: head + purpose.bytes, using: key))
  }
}
