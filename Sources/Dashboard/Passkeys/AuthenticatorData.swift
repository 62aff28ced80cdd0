internal import Wire

/// What an authenticator says (WebAuthn Level 3 §6.1). Hostile until its signature was checked.
struct AuthenticatorData: Hashable, Sendable {
  /// A key that was just made.
  struct Made: Hashable, Sendable {
    let credential: [UInt8]
    let key: PasskeyKey
  }

  /// Bytes of a credential's id (§5.8.3: 1023 at most).
  static let credentialSize = 1...1023

  /// SHA-256 of the relying party's id.
  let partyHash: [UInt8]
  /// Somebody touched it.
  let isPresent: Bool
  /// It verified who.
  let isVerified: Bool
  /// Grows with each use, or stays 0.
  let counter: UInt32
  /// What was made; `nil` where a key is used.
  let made: Made?

  init(_ bytes: [UInt8]) throws(PasskeyFault) {
    guard bytes.count >= 37 else { throw .malformed }
    partyHash = Array(bytes[..<32])
    let flags = bytes[32]
    isPresent = flags & 0x01 != 0
    isVerified = flags & 0x04 != 0
    counter = bytes[33..<37].reduce(0) { $0 << 8 | UInt32($1) }
    var rest = bytes[37...]
    // 0x40: a key follows; 0x80: extensions follow, of which none was asked for and none is looked at.
    let (hasKey, hasExtensions) = (flags & 0x40 != 0, flags & 0x80 != 0)
    if hasKey {
      // 16 bytes that name the model, which nobody attests, then the credential's id behind its length.
      guard rest.count >= 18 else { throw .malformed }
      rest = rest.dropFirst(16)
      let size = rest.prefix(2).reduce(0) { $0 << 8 | Int($1) }
      rest = rest.dropFirst(2)
      guard Self.credentialSize.contains(size), rest.count > size else { throw .malformed }
      let credential = Array(rest.prefix(size))
      var reader = CBORReader(Array(rest.dropFirst(size)))
      let key = try PasskeyKey(&reader)
      guard (reader.remaining > 0) == hasExtensions else { throw .malformed }
      made = Made(credential: credential, key: key)
    } else {
      guard rest.isEmpty != hasExtensions else { throw .malformed }
      made = nil
    }
  }
}
