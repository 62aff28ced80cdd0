package import Decryptor
internal import Sealing
public import Store
internal import Wire

/// Makes, lists and revokes tokens: for the owner's page, the administrator's, and the operator's console.
public struct TokenAdministration: Sendable {
  /// Days that a token may live.
  public static let days = 1...365
  /// Most tokens of one account that can be used at a time: one for each of its programs, and some to replace them.
  public static let limit = 20

  private let registry: any AccessStore
  private let time: Timekeeper

  /// - Parameter registry: Where tokens rest.
  public init(registry: any AccessStore) { self.init(registry: registry, time: .system) }

  package init(registry: any AccessStore, time: Timekeeper) {
    self.registry = registry
    self.time = time
  }

  /// Makes a token.
  /// - Parameters:
  ///   - account: In whose name it acts.
  ///   - name: What to call it, 1–64 characters without control characters.
  ///   - scopes: What it may be used for, such as `ward:read`; at least one, and none that the account's role cannot have.
  ///   - days: How long, one of ``days``.
  ///   - actor: Who makes it, for the record; `operator` for the operator's console.
  /// - Returns: the token, told this one time, and its number.
  /// - Throws: ``AccountError`` or `StoreError`.
  public func create(
    for account: String, name: String, scopes: [String], days: Int, by actor: String = "operator"
  ) async throws -> (token: String, id: String) {
    guard let owner = try await registry.account(account), !owner.isDisabled else {
      throw AccountError(.unknown, "There is no such account that may sign in.")
    }
    let wanted = Set(scopes.compactMap(TokenScope.init(rawValue:)))
    guard PersonsLine.isLine(name, of: 1...64), !wanted.isEmpty, wanted.count == Set(scopes).count,
      wanted.allSatisfy({ $0.roles.contains(owner.role) }),
      Self.days.contains(days)
    else {
      let possible = TokenScope.allCases.filter { $0.roles.contains(owner.role) }.map(\.rawValue)
      throw AccountError(
        .badToken,
        "A token has a name, \(Self.days.lowerBound) to \(Self.days.upperBound) days, and scopes of: "
          + possible.joined(separator: ", ") + ".")
    }
    let now = time.unixMicroseconds()
    guard try await registry.tokens(of: account).count(where: { $0.isValid(at: now) }) < Self.limit else {
      throw AccountError(.badToken, "An account has at most \(Self.limit) tokens; revoke one first.")
    }
    let token = try APIToken()
    let record = APITokenRecord(
      hash: token.storedHash, account: account, name: name, scopes: wanted.map(\.rawValue).sorted(), createdAt: now,
      expiresAt: now + UInt64(days) * 86_400_000_000)
    try await registry.append(
      AccountEvent(account: account, actor: actor, kind: .tokenAdded, at: now, detail: record.id))
    try await registry.put(record)
    return (token.text, record.id)
  }

  /// Tokens of an account, or of all, newest first.
  /// - Throws: `StoreError`.
  public func tokens(of account: String?) async throws -> [APITokenRecord] { try await registry.tokens(of: account) }

  /// Ends a token.
  /// - Parameters:
  ///   - id: its number, `APITokenRecord.id`.
  ///   - owner: whose it has to be; anybody's if `nil`.
  ///   - actor: who asks.
  /// - Throws: ``AccountError/Code/unknown``, or `StoreError`.
  public func revoke(_ id: String, of owner: String?, by actor: String) async throws {
    guard let found = try await registry.tokens(of: owner).first(where: { $0.id == id }) else {
      throw AccountError(.unknown, "There is no such token.")
    }
    let now = time.unixMicroseconds()
    try await registry.revokeToken(hash: found.hash, by: actor, at: now)
    guard found.revokedAt == nil else { return }
    try await registry.append(
      AccountEvent(account: found.account, actor: actor, kind: .tokenRevoked, at: now, detail: id))
  }
}

extension APITokenRecord {
  /// What it is called by: 16 hexadecimal digits of its hash, which say nothing of the token.
  public var id: String { Array(hash.prefix(8)).hex }
}
