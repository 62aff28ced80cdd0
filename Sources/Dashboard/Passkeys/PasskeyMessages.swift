/// What a browser needs to make a passkey (`PublicKeyCredentialCreationOptions`). Bytes are base64url.
struct NewPasskeyView: Encodable, Sendable {
  let challenge: String
  /// The relying party's id.
  let party: String
  /// What the authenticator calls the account.
  let user: String
  let account: String
  /// COSE algorithms, the first one preferred.
  let algorithms: [Int]
  /// Ids of the account's keys: an authenticator that holds one makes no other.
  let known: [String]
  let timeoutMs: Int
}

/// What a browser needs to use a passkey (`PublicKeyCredentialRequestOptions`).
struct PasskeyChallengeView: Encodable, Sendable {
  let challenge: String
  let party: String
  let timeoutMs: Int
}

/// A passkey that was made, as the browser tells it. Bytes are base64url.
struct MadePasskey: Decodable, Sendable {
  let name: String
  /// As ``NewPasskeyView/user`` said.
  let user: String
  let clientData: String
  let attestation: String
}

/// A passkey's answer to a challenge, as the browser tells it. Bytes are base64url.
struct PasskeyAnswer: Decodable, Sendable {
  let credential: String
  /// What the authenticator calls the account; browsers leave it out where one key was asked for.
  let user: String?
  let clientData: String
  let data: String
  let signature: String
}

/// A passkey of one's own.
struct PasskeyView: Encodable, Sendable {
  let id: String
  let name: String
  let createdMs: UInt64
  let lastUsedMs: UInt64?
}

/// Recovery codes where the first key brought them: shown once.
struct AddedPasskeyView: Encodable, Sendable {
  /// Empty where the account has codes already.
  let recoveryCodes: [String]
}
