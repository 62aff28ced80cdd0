internal import Sealing
internal import Wire

/// What opens a vault: it wraps and unwraps the tenant's key-encryption key, and nothing else.
///
/// A root may be a key in our memory or one that never leaves its token; the vault asks it for the same two operations.
protocol RootKey: Sendable {
  /// Wraps a key so that it unwraps under this root and in this context alone.
  func wrap(_ key: SecretBytes, context: [UInt8]) throws(VaultError) -> [UInt8]

  /// Unwraps a key.
  /// - Throws: ``VaultError/Code/wrongRoot`` if it is not of this root and context.
  func unwrap(_ wrapped: [UInt8], context: [UInt8]) throws(VaultError) -> SecretBytes
}

/// A root key in locked memory: read from a file, stretched from a passphrase, or put together from shares.
struct SoftwareRootKey: RootKey {
  private let wrapping: KeyWrap
  /// Tells roots apart without saying anything about them: 8 bytes of HKDF, hexadecimal.
  let fingerprint: String

  /// - Parameter key: ``AEAD/keySize`` bytes.
  init(_ key: SecretBytes) throws(VaultError) {
    do {
      wrapping = try KeyWrap(keyEncryptionKey: key)
      fingerprint = try KeyDerivation.hkdfSHA256(
        key: key, salt: [], info: Array("SealedBeat/1 root fingerprint".utf8), count: 8
      ).withUnsafeBytes { Array($0).hex }
    } catch {
      throw VaultError(.rootUnreadable, "the root key cannot be used: it must be \(AEAD.keySize) bytes")
    }
  }

  func wrap(_ key: SecretBytes, context: [UInt8]) throws(VaultError) -> [UInt8] {
    do {
      return try wrapping.wrap(key, context: context)
    } catch {
      throw VaultError(.storage, "a key could not be wrapped under the root (\(error))")
    }
  }

  func unwrap(_ wrapped: [UInt8], context: [UInt8]) throws(VaultError) -> SecretBytes {
    do {
      return try wrapping.unwrap(wrapped, context: context)
    } catch {
      throw VaultError(.wrongRoot, "this root key, passphrase or set of shares does not open this vault")
    }
  }
}
