import Foundation
import GRDB

extension SQLiteStore {
  private static let passkeyColumns = "hash, account, box, counter, created_at, last_used"

  /// See ``AccessStore/passkeys(of:)``.
  public func passkeys(of account: String) async throws(StoreError) -> [PasskeyRecord] {
    try await registry.read { db in
      try Row.fetchAll(
        db, sql: "SELECT \(Self.passkeyColumns) FROM passkey WHERE account = ? ORDER BY created_at, hash",
        arguments: [account]
      ).map(Self.passkey)
    }
  }

  /// See ``AccessStore/passkey(hash:)``.
  public func passkey(hash: [UInt8]) async throws(StoreError) -> PasskeyRecord? {
    try await registry.read { db in
      try Row.fetchOne(
        db, sql: "SELECT \(Self.passkeyColumns) FROM passkey WHERE hash = ?", arguments: [Data(hash)]
      ).map(Self.passkey)
    }
  }

  /// See ``AccessStore/add(_:limit:recoveryCodes:)``.
  public func add(
    _ passkey: PasskeyRecord, limit: Int, recoveryCodes: [[UInt8]]
  ) async throws(StoreError) -> Bool? {
    try await registry.write(ringing: false) { db in
      let count = try Int.fetchOne(
        db, sql: "SELECT COUNT(*) FROM passkey WHERE account = ?", arguments: [passkey.account])
      guard (count ?? 0) < limit else { return nil }
      try db.execute(
        sql: "INSERT OR IGNORE INTO passkey (\(Self.passkeyColumns)) VALUES (?, ?, ?, ?, ?, ?)",
        arguments: [
          Data(passkey.hash), passkey.account, Data(passkey.box), Int64(passkey.counter),
          Int64(clamping: passkey.createdAt), passkey.lastUsedAt.map { Int64(clamping: $0) },
        ])
      guard db.changesCount == 1 else { return nil }
      let hasCodes = try Bool.fetchOne(
        db, sql: "SELECT EXISTS (SELECT 1 FROM recovery_code WHERE account = ?)", arguments: [passkey.account])
      guard hasCodes == false else { return false }
      try Self.replaceRecoveryCodes(recoveryCodes, of: passkey.account, db)
      return true
    }
  }

  /// See ``AccessStore/usePasskey(hash:counter:at:)``.
  public func usePasskey(
    hash: [UInt8], counter: UInt32, at time: UnixMicroseconds
  ) async throws(StoreError) -> Bool {
    try await registry.write(ringing: false) { db in
      try db.execute(
        sql: """
          UPDATE passkey SET counter = ?1, last_used = ?2
          WHERE hash = ?3 AND (counter < ?1 OR (counter = 0 AND ?1 = 0))
          """,
        arguments: [Int64(counter), Int64(clamping: time), Data(hash)])
      return db.changesCount == 1
    }
  }

  /// See ``AccessStore/deletePasskey(hash:of:)``.
  public func deletePasskey(hash: [UInt8], of account: String) async throws(StoreError) -> Bool {
    try await registry.write(ringing: false) { db in
      try db.execute(
        sql: "DELETE FROM passkey WHERE hash = ? AND account = ?", arguments: [Data(hash), account])
      guard db.changesCount == 1 else { return false }
      try Self.dropRecoveryCodesOfNoFactor(account, db)
      return true
    }
  }

  private static func passkey(_ row: Row) -> PasskeyRecord {
    PasskeyRecord(
      hash: [UInt8](row[0] as Data), account: row[1], box: [UInt8](row[2] as Data),
      counter: UInt32(clamping: row[3] as Int64), createdAt: UInt64(row[4] as Int64),
      lastUsedAt: (row[5] as Int64?).map { UInt64($0) })
  }
}
