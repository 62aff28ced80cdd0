/// Why what an authenticator sent is refused. Whoever sent it learns one opaque answer; logs and tests learn which.
package enum PasskeyFault: String, Error, Hashable, Sendable {
  /// Not the JSON or CBOR that WebAuthn names, cut short, or with something behind it.
  case malformed
  /// Not `webauthn.create` where a key is registered, or not `webauthn.get` where one is used.
  case wrongType = "wrong-type"
  /// A challenge that was not given for this, or too long ago, or is used up.
  case wrongChallenge = "wrong-challenge"
  /// Another page's.
  case wrongOrigin = "wrong-origin"
  /// Another site's authenticator data.
  case wrongParty = "wrong-party"
  /// Nobody touched the authenticator.
  case nobodyPresent = "nobody-present"
  /// The authenticator did not verify who touched it.
  case notVerified = "not-verified"
  /// An attestation that was not asked for.
  case attestation
  /// A kind of key that is not known here.
  case unknownKey = "unknown-key"
  /// The signature is not that key's.
  case wrongSignature = "wrong-signature"
  /// The counter did not go forward: there may be a copy of the key.
  case counterBack = "counter-back"
  /// No such key, or another account's.
  case unknownCredential = "unknown-credential"
}
