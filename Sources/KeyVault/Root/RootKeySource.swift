internal import Foundation
internal import Sealing
internal import Wire

/// Where the root of a vault comes from when it is opened. Never a flag, never the environment.
package enum RootKeySource: Sendable {
  /// A file of exactly 32 random bytes that its owner alone can read: on removable or encrypted media, or a systemd
  /// credential.
  case keyFile(path: String)
  /// A file whose first line is a passphrase, stretched by scrypt.
  case passphraseFile(path: String)
  /// As many shares of custodians as their threshold says.
  case shares([RootShare])
  /// A key in a PKCS#11 token.
  case token(TokenKeyPlace)

  /// Shortest accepted passphrase, in bytes: with scrypt, beyond guessing even of common words.
  package static let shortestPassphrase = 12
  /// Longest file that is read as a passphrase.
  private static let longestPassphrase = 1024

  /// The form of the root.
  var kind: RootDescription.Kind {
    switch self {
    case .keyFile: .keyFile
    case .passphraseFile: .passphrase
    case .shares: .shares
    case .token: .token
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

  /// The root that a vault's file describes.
  /// - Throws: ``VaultError/Code/wrongRoot`` if the vault opens with another kind of root,
  ///   ``VaultError/Code/rootUnreadable`` if this one cannot be read.
  func open(_ description: RootDescription) throws(VaultError) -> any RootKey {
    guard description.kind == kind else {
      throw VaultError(.wrongRoot, "this vault opens with a \(description.kind.name), not with a \(kind.name)")
    }
    switch self {
    case .keyFile(let path): return try SoftwareRootKey(Self.readKeyFile(path))
    case .passphraseFile(let path):
      guard let stretching = description.stretching else {
        throw VaultError(.corrupted, "the vault does not say how its passphrase is stretched")
      }
      return try SoftwareRootKey(Self.stretchPassphrase(in: path, stretching))
    case .shares(let shares):
      guard let split = description.split, shares.count == split.threshold else {
        throw VaultError(.wrongRoot, "this vault opens with \(description.split?.threshold ?? 0) shares")
      }
      do {
        return try SoftwareRootKey(SecretSharing.combine(shares.map(\.share)))
      } catch let error as VaultError {
        throw error
      } catch {
        throw VaultError(.wrongRoot, "these shares cannot be put together")
      }
    case .token(let place):
      guard let identifier = [UInt8](hex: description.fingerprint) else {
        throw VaultError(.corrupted, "the vault does not say which key of the token opens it")
      }
      return TokenRootKey(place: place, identifier: identifier)
    }
  }

  static func readKeyFile(_ path: String) throws(VaultError) -> SecretBytes {
    let key = try PrivateFile.read(path, limit: AEAD.keySize + 1)
    guard key.count == AEAD.keySize else {
      throw VaultError(.rootUnreadable, "the root key file \(path) must hold exactly \(AEAD.keySize) bytes")
    }
    return key
  }

  static func stretchPassphrase(
    in path: String, _ stretching: RootDescription.Stretching
  ) throws(VaultError) -> SecretBytes {
    let file = try PrivateFile.read(path, limit: longestPassphrase)
    let line = file.withUnsafeBytes { bytes in
      SecretBytes(copying: bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") })
    }
    guard line.count >= shortestPassphrase else {
      throw VaultError(.rootUnreadable, "the passphrase in \(path) is shorter than \(shortestPassphrase) characters")
    }
    do {
      return try KeyDerivation.scrypt(
        passphrase: line, salt: stretching.salt, cost: stretching.cost, count: AEAD.keySize)
    } catch {
      throw VaultError(.rootUnreadable, "scrypt failed for the passphrase in \(path)")
    }
  }
}
