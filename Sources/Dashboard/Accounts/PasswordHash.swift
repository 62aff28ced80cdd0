internal import Crypto
internal import Foundation
internal import Sealing

/// An scrypt hash with its parameters, as it rests in an account: `$scrypt$ln=17,r=8,p=1$salt$hash` (the PHC string format,
/// base64 without padding).
package struct PasswordHash: Hashable, Sendable, CustomStringConvertible {
  /// Bytes of the salt (SP 800-63B-4 §3.1.1.2 asks for 32 bits at least).
  static let saltSize = 16
  /// Bytes of the hash.
  static let hashSize = 32

  let cost: KeyDerivation.ScryptCost
  let salt: [UInt8]
  let hash: [UInt8]

  /// Hashes a new password under a fresh salt. Takes a few hundred milliseconds by intention.
  init(of password: SecretBytes, cost: KeyDerivation.ScryptCost) throws(SealingError) {
    self.cost = cost
    salt = try SecureRandom.bytes(Self.saltSize)
    hash = try Self.derive(password, salt: salt, cost: cost)
  }

  /// Parses ``description``; `nil` for anything else or for a cost beyond what the server would ever spend.
  package init?(parsing text: String) {
    let parts = text.split(separator: "$", omittingEmptySubsequences: false)
    guard parts.count == 5, parts[0].isEmpty, parts[1] == "scrypt" else { return nil }
    let parameters = parts[2].split(separator: ",")
    guard parameters.count == 3, let exponent = Self.number(parameters[0], "ln"), (10...18).contains(exponent),
      let blockSize = Self.number(parameters[1], "r"), (1...16).contains(blockSize),
      let parallelism = Self.number(parameters[2], "p"), (1...8).contains(parallelism),
      let salt = Self.bytes(parts[3]), salt.count == Self.saltSize,
      let hash = Self.bytes(parts[4]), hash.count == Self.hashSize
    else { return nil }
    cost = KeyDerivation.ScryptCost(n: 1 << exponent, r: blockSize, p: parallelism)
    self.salt = salt
    self.hash = hash
  }

  /// Whether this is the hash of `password`. The comparison takes the same time whatever the bytes are.
  func matches(_ password: SecretBytes) throws(SealingError) -> Bool {
    let candidate = try Self.derive(password, salt: salt, cost: cost)
    // swift-crypto compares digests in constant time.
    return SHA256.hash(data: candidate) == SHA256.hash(data: hash)
  }

  /// The PHC string.
  package var description: String {
    "$scrypt$ln=\(cost.n.trailingZeroBitCount),r=\(cost.r),p=\(cost.p)$\(Self.text(salt))$\(Self.text(hash))"
  }

  private static func derive(
    _ password: SecretBytes, salt: [UInt8], cost: KeyDerivation.ScryptCost
  ) throws(SealingError) -> [UInt8] {
    let passphrase = PasswordRules.normalised(password).map { SecretBytes(copying: $0.utf8) } ?? password
    return try KeyDerivation.scrypt(passphrase: passphrase, salt: salt, cost: cost, count: hashSize)
      .withUnsafeBytes { Array($0) }
  }

  private static func number(_ text: Substring, _ name: String) -> UInt64? {
    guard text.hasPrefix("\(name)=") else { return nil }
    return UInt64(text.dropFirst(name.count + 1))
  }

  private static func text(_ bytes: [UInt8]) -> String {
    String(Data(bytes).base64EncodedString().prefix { $0 != "=" })
  }

  private static func bytes(_ text: Substring) -> [UInt8]? {
    Data(base64Encoded: text + String(repeating: "=", count: (4 - text.count % 4) % 4)).map(Array.init)
  }
}
