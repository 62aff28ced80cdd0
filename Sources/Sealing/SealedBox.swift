/// A sealed record at rest: findings, checkpoints, alerts, identities.
///
/// Layout: one version byte (1), a random 96-bit nonce, ciphertext, tag. Random nonces allow 2^32 records under one key
/// (SP 800-38D §8.3); a key of a session seals fewer than 2^18.
public final class SealedBox {
  /// Bytes that sealing adds.
  public static let overhead = 1 + AEAD.nonceSize + AEAD.tagSize

  private let cipher: AEAD

  /// - Parameter key: 32 bytes.
  public init(key: SecretBytes) throws(SealingError) { cipher = try AEAD(key: key) }

  /// Seals a record so that it opens only in its `context`: table and primary key, so that a row cannot stand in for another.
  public func seal(_ plaintext: [UInt8], context: String) throws(SealingError) -> [UInt8] {
    let nonce = try SecureRandom.bytes(AEAD.nonceSize)
    return [1] + nonce + (try cipher.seal(plaintext, nonce: nonce, additionalData: Array(context.utf8)))
  }

  /// Opens a record in its context.
  public func open(_ sealed: [UInt8], context: String) throws(SealingError) -> [UInt8] {
    guard sealed.count >= Self.overhead, sealed[0] == 1 else { throw .authenticationFailed }
    let nonce = Array(sealed[1...AEAD.nonceSize])
    return try cipher.open(
      Array(sealed[(1 + AEAD.nonceSize)...]), nonce: nonce, additionalData: Array(context.utf8))
  }
}
