import Foundation
import GRDB

extension SQLiteStore {
  /// See ``RegistryStore``.
  public func put(_ account: AccountRecord) async throws(StoreError) { try await put(account, recording: []) }

  /// See ``AccessStore/put(_:recording:)``.
  public func put(_ account: AccountRecord, recording events: [AccountEvent]) async throws(StoreError) {
    try await registry.write { db in
      try db.execute(
        sql: """
          INSERT OR REPLACE INTO account (name, role, password_hash, is_disabled, sees_all, created_at)
          VALUES (?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          account.name, account.role.rawValue, account.passwordHash, account.isDisabled,
          account.seesAllPatients, Int64(clamping: account.createdAt),
        ])
      for event in events { try Self.append(event, db) }
    }
  }

  /// See ``RegistryStore/account(_:)``.
  public func account(_ name: String) async throws(StoreError) -> AccountRecord? {
    try await registry.read { db in
      try Row.fetchOne(
        db, sql: "SELECT \(Self.accountColumns) FROM account WHERE name = ?", arguments: [name]
      ).flatMap(Self.account)
    }
  }

  /// See ``RegistryStore/accounts()``.
  public func accounts() async throws(StoreError) -> [AccountRecord] {
    try await registry.read { db in
      try Row.fetchAll(db, sql: "SELECT \(Self.accountColumns) FROM account ORDER BY name")
        .compactMap(Self.account)
    }
  }

  /// See ``RegistryStore/signedInAccounts(at:)``.
  public func signedInAccounts(at time: UnixMicroseconds) async throws(StoreError) -> [AccountRecord] {
    try await registry.read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT \(Self.accountColumns) FROM account
          WHERE name IN (SELECT account FROM sign_in WHERE expires_at > ?1) OR name IN (
            SELECT account FROM api_token WHERE revoked_at IS NULL AND expires_at > ?1 AND last_used > ?2)
          ORDER BY name
          """,
        arguments: [
          Int64(clamping: time),
          Int64(clamping: time - min(time, APITokenRecord.attentionMicroseconds)),
        ]
      ).compactMap(Self.account)
    }
  }

  /// See ``RegistryStore``.
  public func put(_ session: SignInRecord) async throws(StoreError) {
    try await registry.write(ringing: false) { db in
      try db.execute(
        sql: """
          INSERT OR REPLACE INTO sign_in (\(Self.signInColumns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          Data(session.tokenHash), session.account, Int64(clamping: session.createdAt),
          Int64(clamping: session.expiresAt), Int64(clamping: session.lastUsedAt), session.agent, session.address,
          session.method.rawValue,
        ])
    }
  }

  /// See ``RegistryStore/signIn(tokenHash:)``.
  public func signIn(tokenHash: [UInt8]) async throws(StoreError) -> SignInRecord? {
    try await registry.read { db in
      try Row.fetchOne(
        db, sql: "SELECT \(Self.signInColumns) FROM sign_in WHERE token_hash = ?", arguments: [Data(tokenHash)]
      ).map(Self.signIn)
    }
  }

  /// See ``RegistryStore/deleteSignIn(tokenHash:)``.
  public func deleteSignIn(tokenHash: [UInt8]) async throws(StoreError) {
    try await registry.write(ringing: false) { db in
      try db.execute(sql: "DELETE FROM sign_in WHERE token_hash = ?", arguments: [Data(tokenHash)])
    }
  }

  /// See ``RegistryStore/deleteSignIns(expiredBefore:)``.
  public func deleteSignIns(expiredBefore time: UnixMicroseconds) async throws(StoreError) {
    try await registry.write(ringing: false) { db in
      try db.execute(sql: "DELETE FROM sign_in WHERE expires_at < ?", arguments: [Int64(clamping: time)])
    }
  }

  private static let accountColumns = "name, role, password_hash, is_disabled, sees_all, created_at"

  static let signInColumns = "token_hash, account, created_at, expires_at, last_used, agent, address, method"

  static func signIn(_ row: Row) -> SignInRecord {
    SignInRecord(
      tokenHash: [UInt8](row[0] as Data), account: row[1], createdAt: UInt64(row[2] as Int64),
      expiresAt: UInt64(row[3] as Int64), lastUsedAt: UInt64(row[4] as Int64), agent: row[5], address: row[6],
      // A method that this program does not know proves nothing more than a password.
      method: SignInMethod(rawValue: row[7]) ?? .password)
  }

  private static func account(_ row: Row) -> AccountRecord? {
    guard let role = Role(rawValue: row[1]) else { return nil }
    return AccountRecord(
      name: row[0], role: role, passwordHash: row[2], isDisabled: row[3], seesAllPatients: row[4],
      createdAt: UInt64(row[5] as Int64))
  }
}
