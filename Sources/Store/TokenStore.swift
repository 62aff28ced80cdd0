/// Tokens with which programs use the API in an account's name. A row is never deleted: it is the record that the token was.
public protocol TokenStore: Sendable {
  /// Adds a token.
  func put(_ token: APITokenRecord) async throws(StoreError)
  /// A token by its SHA-256, revoked and expired ones as well.
  func token(hash: [UInt8]) async throws(StoreError) -> APITokenRecord?
  /// Tokens of an account, newest first; of all accounts where it is `nil`.
  func tokens(of account: String?) async throws(StoreError) -> [APITokenRecord]
  /// Records that a token was used.
  func recordUse(ofToken hash: [UInt8], at time: UnixMicroseconds) async throws(StoreError)
  /// Ends a token for ever. A second time changes nothing.
  func revokeToken(hash: [UInt8], by account: String, at time: UnixMicroseconds) async throws(StoreError)
}

/// A token at rest: the token itself is only with whom it was told.
public struct APITokenRecord: Sendable, Hashable {
  /// SHA-256 of the token's 256 random bits.
  public let hash: [UInt8]
  /// In whose name it acts.
  public let account: String
  /// What its owner calls it, 1–64 characters.
  public let name: String
  /// What it may be used for, as the dashboard names it.
  public let scopes: [String]
  /// When it was made.
  public let createdAt: UnixMicroseconds
  /// When it ends.
  public let expiresAt: UnixMicroseconds
  /// When it was last used; `nil` if it never was.
  public var lastUsedAt: UnixMicroseconds?
  /// When it was revoked; `nil` if it was not.
  public var revokedAt: UnixMicroseconds?
  /// Who revoked it.
  public var revokedBy: String?

  /// Describes a token.
  public init(
    hash: [UInt8], account: String, name: String, scopes: [String], createdAt: UnixMicroseconds,
    expiresAt: UnixMicroseconds, lastUsedAt: UnixMicroseconds? = nil, revokedAt: UnixMicroseconds? = nil,
    revokedBy: String? = nil
  ) {
    self.hash = hash
    self.account = account
    self.name = name
    self.scopes = scopes
    self.createdAt = createdAt
    self.expiresAt = expiresAt
    self.lastUsedAt = lastUsedAt
    self.revokedAt = revokedAt
    self.revokedBy = revokedBy
  }

  /// Whether it may be used at a time.
  public func isValid(at time: UnixMicroseconds) -> Bool { revokedAt == nil && time < expiresAt }

  /// For how long after its last use a token's account counts as looking: as a sign-in without an open page does.
  public static let attentionMicroseconds: UnixMicroseconds = 30 * 60 * 1_000_000
}
