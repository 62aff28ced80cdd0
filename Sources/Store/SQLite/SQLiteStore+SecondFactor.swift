import Foundation
import GRDB

extension SQLiteStore {
  /// See ``AccessStore/secondFactor(of:)``.
  public func secondFactor(of account: String) async throws(StoreError) -> SecondFactorRecord? {
    try await registry.read { db in
      try Row.fetchOne(
        db, sql: "SELECT account, box, is_confirmed, last_step, created_at FROM second_factor WHERE account = ?",
        arguments: [account]
      ).map { row in
        SecondFactorRecord(
          account: row[0], box: [UInt8](row[1] as Data), isConfirmed: row[2], lastStep: UInt64(row[3] as Int64),
          createdAt: UInt64(row[4] as Int64))
      }
    }
  }

  /// See ``AccessStore/accountsWithSecondFactor()``.
  public func accountsWithSecondFactor() async throws(StoreError) -> [String] {
    try await registry.read { db in
      try String.fetchAll(
        db, sql: "SELECT account FROM second_factor WHERE is_confirmed UNION SELECT account FROM passkey ORDER BY 1")
    }
  }

  /// See ``AccessStore/begin(_:)``.
  public func begin(_ factor: SecondFactorRecord) async throws(StoreError) -> Bool {
    try await registry.write(ringing: false) { db in
      try db.execute(
        sql: """
          INSERT INTO second_factor (account, box, is_confirmed, last_step, created_at) VALUES (?, ?, 0, ?, ?)
          ON CONFLICT (account) DO UPDATE SET
            box = excluded.box, last_step = excluded.last_step, created_at = excluded.created_at
          WHERE NOT is_confirmed
          """,
        arguments: [
          factor.account, Data(factor.box), Int64(clamping: factor.lastStep), Int64(clamping: factor.createdAt),
        ])
      return db.changesCount == 1
    }
  }

  /// See ``AccessStore/confirmSecondFactor(of:box:step:recoveryCodes:)``.
  public func confirmSecondFactor(
    of account: String, box: [UInt8], step: UInt64, recoveryCodes: [[UInt8]]
  ) async throws(StoreError) -> Bool {
    try await registry.write(ringing: false) { db in
      try db.execute(
        sql: """
          UPDATE second_factor SET is_confirmed = 1, last_step = ? WHERE account = ? AND box = ? AND NOT is_confirmed
          """,
        arguments: [Int64(clamping: step), account, Data(box)])
      guard db.changesCount == 1 else { return false }
      try Self.replaceRecoveryCodes(recoveryCodes, of: account, db)
      return true
    }
  }

  /// See ``AccessStore/useStep(_:of:)``.
  public func useStep(_ step: UInt64, of account: String) async throws(StoreError) -> Bool {
    try await registry.write(ringing: false) { db in
      try db.execute(
        sql: "UPDATE second_factor SET last_step = ?1 WHERE account = ?2 AND is_confirmed AND last_step < ?1",
        arguments: [Int64(clamping: step), account])
      return db.changesCount == 1
    }
  }

  /// See ``AccessStore/useRecoveryCode(_:of:)``.
  public func useRecoveryCode(_ hash: [UInt8], of account: String) async throws(StoreError) -> Bool {
    try await registry.write(ringing: false) { db in
      try db.execute(
        sql: "DELETE FROM recovery_code WHERE account = ? AND hash = ?", arguments: [account, Data(hash)])
      return db.changesCount == 1
    }
  }

  /// See ``AccessStore/recoveryCodeCount(of:)``.
  public func recoveryCodeCount(of account: String) async throws(StoreError) -> Int {
    try await registry.read { db in
      try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM recovery_code WHERE account = ?", arguments: [account]) ?? 0
    }
  }

  /// See ``AccessStore/setRecoveryCodes(_:of:)``.
  public func setRecoveryCodes(_ hashes: [[UInt8]], of account: String) async throws(StoreError) {
    try await registry.write(ringing: false) { db in try Self.replaceRecoveryCodes(hashes, of: account, db) }
  }

  /// See ``AccessStore/deleteSecondFactor(of:)``.
  public func deleteSecondFactor(of account: String) async throws(StoreError) -> Bool {
    try await registry.write(ringing: false) { db in
      try db.execute(sql: "DELETE FROM second_factor WHERE account = ?", arguments: [account])
      let isGone = db.changesCount == 1
      try Self.dropRecoveryCodesOfNoFactor(account, db)
      return isGone
    }
  }

  /// Recovery codes stand in for a second factor: without one they open nothing.
  static func dropRecoveryCodesOfNoFactor(_ account: String, _ db: Database) throws {
    try db.execute(
      sql: """
        DELETE FROM recovery_code WHERE account = ?1 AND NOT EXISTS (SELECT 1 FROM passkey WHERE account = ?1)
          AND NOT EXISTS (SELECT 1 FROM second_factor WHERE account = ?1 AND is_confirmed)
        """, arguments: [account])
  }

  static func replaceRecoveryCodes(_ hashes: [[UInt8]], of account: String, _ db: Database) throws {
    try db.execute(sql: "DELETE FROM recovery_code WHERE account = ?", arguments: [account])
    for hash in hashes {
      try db.execute(
        sql: "INSERT INTO recovery_code (account, hash) VALUES (?, ?)", arguments: [account, Data(hash)])
    }
  }
}
