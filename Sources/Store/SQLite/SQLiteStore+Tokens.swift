import Foundation
import GRDB

extension SQLiteStore: TokenStore {
  private static let tokenColumns =
    "token_hash, account, name, scopes, created_at, expires_at, last_used, revoked_at, revoked_by"

  /// See ``TokenStore/put(_:)``.
  public func put(_ token: APITokenRecord) async throws(StoreError) {
    try await registry.write(ringing: false) { db in
      try db.execute(
        sql: "INSERT INTO api_token (\(Self.tokenColumns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        arguments: [
          Data(token.hash), token.account, token.name, token.scopes.joined(separator: " "),
          Int64(clamping: token.createdAt), Int64(clamping: token.expiresAt),
          token.lastUsedAt.map { Int64(clamping: $0) }, token.revokedAt.map { Int64(clamping: $0) }, token.revokedBy,
        ])
    }
  }

  /// See ``TokenStore/token(hash:)``.
  public func token(hash: [UInt8]) async throws(StoreError) -> APITokenRecord? {
    try await registry.read { db in
      try Row.fetchOne(
        db, sql: "SELECT \(Self.tokenColumns) FROM api_token WHERE token_hash = ?", arguments: [Data(hash)]
      ).map(Self.token)
    }
  }

  /// See ``TokenStore/tokens(of:)``.
  public func tokens(of account: String?) async throws(StoreError) -> [APITokenRecord] {
    try await registry.read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT \(Self.tokenColumns) FROM api_token WHERE account = ?1 OR ?1 IS NULL
          ORDER BY created_at DESC, token_hash
          """,
        arguments: [account]
      ).map(Self.token)
    }
  }

  /// See ``TokenStore/recordUse(ofToken:at:)``.
  public func recordUse(ofToken hash: [UInt8], at time: UnixMicroseconds) async throws(StoreError) {
    try await registry.write(ringing: false) { db in
      try db.execute(
        sql: "UPDATE api_token SET last_used = max(coalesce(last_used, 0), ?) WHERE token_hash = ?",
        arguments: [Int64(clamping: time), Data(hash)])
    }
  }

  /// See ``TokenStore/revokeToken(hash:by:at:)``.
  public func revokeToken(hash: [UInt8], by account: String, at time: UnixMicroseconds) async throws(StoreError) {
    try await registry.write { db in
      try db.execute(
        sql: "UPDATE api_token SET revoked_at = ?, revoked_by = ? WHERE token_hash = ? AND revoked_at IS NULL",
        arguments: [Int64(clamping: time), account, Data(hash)])
    }
  }

  private static func token(_ row: Row) -> APITokenRecord {
    func time(_ index: Int) -> UnixMicroseconds? { (row[index] as Int64?).map { UInt64($0) } }
    return APITokenRecord(
      hash: [UInt8](row[0] as Data), account: row[1], name: row[2],
      scopes: (row[3] as String).split(separator: " ").map(String.init), createdAt: UInt64(row[4] as Int64),
      expiresAt: UInt64(row[5] as Int64), lastUsedAt: time(6), revokedAt: time(7), revokedBy: row[8])
  }
}
