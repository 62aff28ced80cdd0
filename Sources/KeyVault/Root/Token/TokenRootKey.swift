internal import Sealing

/// A root key that never leaves its token. Layout of what it wraps: one version byte (2), nonce, ciphertext, tag.
struct TokenRootKey: RootKey {
  private static let layoutVersion: UInt8 = 2

  let place: TokenKeyPlace
  /// CKA_ID of the key.
  let identifier: [UInt8]

  /// Makes the key in the token.
  static func make(_ place: TokenKeyPlace) throws(VaultError) -> TokenRootKey {
    let identifier = try TokenModule.withSession(place) { (session) throws(VaultError) in
      try session.makeKey(labelled: place.key)
    }
    return TokenRootKey(place: place, identifier: identifier)
  }

  func wrap(_ key: SecretBytes, context: [UInt8]) throws(VaultError) -> [UInt8] {
    let nonce: [UInt8]
    do {
      nonce = try SecureRandom.bytes(AEAD.nonceSize)
    } catch {
      throw VaultError(.storage, "no random numbers")
    }
    let sealed = try TokenModule.withSession(place) { (session) throws(VaultError) in
      try session.encrypt(
        key, key: session.key(labelled: place.key, identifier: identifier), nonce: nonce, additionalData: context)
    }
    return [Self.layoutVersion] + nonce + sealed
  }

  func unwrap(_ wrapped: [UInt8], context: [UInt8]) throws(VaultError) -> SecretBytes {
    guard wrapped.count > KeyWrap.overhead, wrapped[0] == Self.layoutVersion else {
      throw VaultError(.wrongRoot, "this vault was not wrapped by a key in a token")
    }
    return try TokenModule.withSession(place) { (session) throws(VaultError) in
      try session.decrypt(
        Array(wrapped[(1 + AEAD.nonceSize)...]), key: session.key(labelled: place.key, identifier: identifier),
        nonce: Array(wrapped[1...AEAD.nonceSize]), additionalData: context)
    }
  }
}
