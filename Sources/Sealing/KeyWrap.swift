/// Wraps keys under a key-encryption key: AES-256-GCM with a random 96-bit nonce and additional data that binds a
/// wrapped key to its name, owner, version and state, so that none can stand in for another.
///
/// Layout: one version byte (1), nonce, ciphertext, tag. Random nonces allow ``limit`` wraps under one key-encryption
/// key (SP 800-38D §8.3).
public final class KeyWrap: Sendable {
  /// Most wraps under one key-encryption key (SP 800-38D §8.3, random nonces of 96 bits).
  public static let limit: UInt64 = 1 << 32
  /// Bytes that wrapping adds.
  public static let overhead = 1 + AEAD.nonceSize + AEAD.tagSize

  private static let layoutVersion: UInt8 = 1

  // The key is expanded for each operation: OpenSSL keeps an expanded key, which begins with the key itself, in ordinary
  // memory, and wipes it when the operation ends.
  private let keyEncryptionKey: SecretBytes

  /// - Parameter keyEncryptionKey: ``AEAD/keySize`` bytes.
  public init(keyEncryptionKey: SecretBytes) throws(SealingError) {
    guard keyEncryptionKey.count == AEAD.keySize else { throw .wrongSize("AES-256 key") }
    self.keyEncryptionKey = keyEncryptionKey
  }

  /// Wraps a key.
  /// - Parameters:
  ///   - key: what is wrapped.
  ///   - context: what the key is; unwrapping asks for the same.
  public func wrap(_ key: SecretBytes, context: [UInt8]) throws(SealingError) -> [UInt8] {
    let nonce = try SecureRandom.bytes(AEAD.nonceSize)
    let cipher = try AEAD(key: keyEncryptionKey)
    let sealed = try key.withUnsafeBytes { (bytes) throws(SealingError) in
      try cipher.seal(bytes, nonce: nonce, additionalData: context)
    }
    return [Self.layoutVersion] + nonce + sealed
  }

  /// Unwraps a key into locked memory.
  /// - Throws: ``SealingError/authenticationFailed`` for anything but the very key that was wrapped in this context.
  public func unwrap(_ wrapped: [UInt8], context: [UInt8]) throws(SealingError) -> SecretBytes {
    guard wrapped.count >= Self.overhead, wrapped[0] == Self.layoutVersion else { throw .authenticationFailed }
    let nonce = Array(wrapped[1...AEAD.nonceSize])
    let sealed = Array(wrapped[(1 + AEAD.nonceSize)...])
    return try AEAD(key: keyEncryptionKey).openSecret(sealed, nonce: nonce, additionalData: context)
  }
}
