internal import Crypto
package import Sealing

/// A code that stands in for a lost phone, once.
///
/// It has 120 random bits, so that a plain hash of it is enough at rest (SP 800-63B-4 §3.1.2.2 asks for salt and a slow hash below
/// 112 bits).
package struct RecoveryCode: Hashable, Sendable {
  /// How many an account gets.
  package static let count = 10
  private static let byteCount = 15
  private static let characterCount = 24
  private static let groupSize = 4

  /// 24 characters of base 32.
  private let text: String

  /// Makes a new one.
  package init() throws(SealingError) { text = Base32.encode(try SecureRandom.bytes(Self.byteCount)) }

  /// As many new ones as an account gets.
  package static func fresh() throws(SealingError) -> [RecoveryCode] {
    var codes: [RecoveryCode] = []
    for _ in 0..<count { codes.append(try RecoveryCode()) }
    return codes
  }

  /// Reads what somebody typed: capitals or not, hyphens and spaces anywhere; `nil` for what can be none.
  package init?(typed: String) {
    let plain = typed.uppercased().filter { $0 != "-" && $0 != " " }
    guard plain.utf8.count == Self.characterCount, Base32.isWritten(plain) else { return nil }
    text = plain
  }

  /// Six groups of four, to be written down.
  package var written: String {
    stride(from: 0, to: Self.characterCount, by: Self.groupSize).map { start in
      String(text.dropFirst(start).prefix(Self.groupSize))
    }.joined(separator: "-")
  }

  /// What the store keeps: SHA-256.
  package var hash: [UInt8] { Array(SHA256.hash(data: Array("SealedBeat/1 recovery code \(text)".utf8))) }
}
