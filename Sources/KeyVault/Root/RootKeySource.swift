internal import Foundation
internal import Sealing

/// Where the root key comes from. Never a flag, never the environment.
package enum RootKeySource: Sendable, Hashable {
  /// A file of exactly 32 random bytes that its owner alone can read: on removable or encrypted media, or a systemd
  /// credential.
  case keyFile(path: String)
  /// A file whose first line is a passphrase, stretched by scrypt.
  case passphraseFile(path: String)

  /// Shortest accepted passphrase, in bytes: with scrypt, beyond guessing even of common words.
  package static let shortestPassphrase = 12
  /// Longest file that is read as a passphrase.
  private static let longestPassphrase = 1024

  /// The form of the root, as the vault remembers it.
  var kind: String {
    switch self {
    case .keyFile: "key-file"
    case .passphraseFile: "passphrase"
    }
  }

  /// Writes a new random key file, mode 0600; refuses to replace one.
  package static func createKeyFile(path: String) throws(VaultError) {
    do {
      let key = try SecretBytes(randomCount: AEAD.keySize)
      try key.withUnsafeBytes { try PrivateFile.create(path, bytes: $0) }
    } catch let error as VaultError {
      throw error
    } catch {
      throw VaultError(.rootUnreadable, "cannot create the root key file \(path)")
    }
  }

  /// Reads the root key.
  /// - Parameter scrypt: salt and cost, for a passphrase.
  func load(salt: [UInt8], cost: KeyDerivation.ScryptCost) throws(VaultError) -> SecretBytes {
    switch self {
    case .keyFile(let path):
      let key = try PrivateFile.read(path, limit: AEAD.keySize + 1)
      guard key.count == AEAD.keySize else {
        throw VaultError(.rootUnreadable, "the root key file \(path) must hold exactly \(AEAD.keySize) bytes")
      }
      return key
    case .passphraseFile(let path):
      let file = try PrivateFile.read(path, limit: Self.longestPassphrase)
      let line = file.withUnsafeBytes { bytes in
        SecretBytes(copying: bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") })
      }
      guard line.count >= Self.shortestPassphrase else {
        throw VaultError(
          .rootUnreadable, "the passphrase in \(path) is shorter than \(Self.shortestPassphrase) characters")
      }
      do {
        return try KeyDerivation.scrypt(passphrase: line, salt: salt, cost: cost, count: AEAD.keySize)
      } catch {
        throw VaultError(.rootUnreadable, "scrypt failed for the passphrase in \(path)")
      }
    }
  }
}
