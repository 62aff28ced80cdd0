internal import Store

/// One's own account.
struct OwnAccountView: Encodable, Sendable {
  struct SecondFactor: Encodable, Sendable {
    let sinceMs: UInt64
    let recoveryCodesLeft: Int
  }

  let account: String
  let role: String
  /// How this sign-in was proved.
  let method: String
  /// False for an account that signs in at the identity provider alone.
  let hasPassword: Bool
  let secondFactor: SecondFactor?
  let recoveryCodesLeft: Int
  let passkeys: [PasskeyView]
  /// Whether this server's address allows passkeys.
  let offersPasskeys: Bool
  let isSecondFactorRequired: Bool
  let shortestPassword: Int
  let longestPassword: Int
}

/// A second factor that was begun: shown once.
struct EnrolmentView: Encodable, Sendable {
  let secret: String
  let uri: String
  let qr: QRCode?
}

/// Recovery codes: shown once.
struct RecoveryCodesView: Encodable, Sendable {
  let recoveryCodes: [String]
}

/// A place where somebody is signed in.
struct SignInView: Encodable, Sendable {
  let id: String
  let createdMs: UInt64
  let lastUsedMs: UInt64
  let expiresMs: UInt64
  let agent: String
  let address: String
  let method: String
  let isThis: Bool

  init(_ record: SignInRecord, own: SessionToken?) {
    id = Self.id(of: record)
    createdMs = record.createdAt / 1000
    lastUsedMs = record.lastUsedAt / 1000
    expiresMs = record.expiresAt / 1000
    agent = record.agent
    address = record.address
    method = record.method.rawValue
    isThis = own.map { $0.storedHash == record.tokenHash } ?? false
  }

  /// Bytes of the stored hash that name a sign-in: they name it and open nothing.
  private static let idSize = 12

  /// The name of a sign-in in lists and addresses.
  static func id(of record: SignInRecord) -> String {
    record.tokenHash.prefix(idSize).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }
}

/// How many ended.
struct EndedView: Encodable, Sendable {
  let ended: Int
}

/// How one can sign in.
struct SignInOptionsView: Encodable, Sendable {
  /// The identity provider's name as the button says it.
  let provider: String?
  /// Whether a passkey can be used.
  let passkeys: Bool
}
