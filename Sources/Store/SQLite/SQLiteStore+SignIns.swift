import Foundation
import GRDB

extension SQLiteStore {
  /// See ``AccessStore/signIns(of:at:)``.
  public func signIns(of account: String, at time: UnixMicroseconds) async throws(StoreError) -> [SignInRecord] {
    try await registry.read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT \(Self.signInColumns) FROM sign_in WHERE account = ? AND expires_at > ?
          ORDER BY last_used DESC, created_at DESC
          """,
        arguments: [account, Int64(clamping: time)]
      ).map(Self.signIn)
    }
  }

  /// See ``AccessStore/renewSignIn(tokenHash:usedAt:expiresAt:)``.
  public func renewSignIn(
    tokenHash: [UInt8], usedAt: UnixMicroseconds, expiresAt: UnixMicroseconds
  ) async throws(StoreError) {
    try await registry.write(ringing: false) { db in
      try db.execute(
        sql: "UPDATE sign_in SET last_used = MAX(last_used, ?), expires_at = MAX(expires_at, ?) WHERE token_hash = ?",
        arguments: [Int64(clamping: usedAt), Int64(clamping: expiresAt), Data(tokenHash)])
    }
  }

  /// See ``AccessStore/setSignInMethod(_:of:)``.
  public func setSignInMethod(_ method: SignInMethod, of account: String) async throws(StoreError) {
    try await registry.write(ringing: false) { db in
      try db.execute(
        sql: "UPDATE sign_in SET method = ? WHERE account = ?", arguments: [method.rawValue, account])
    }
  }

  /// See ``AccessStore/deleteSignIns(of:except:)``.
  public func deleteSignIns(of account: String, except tokenHash: [UInt8]?) async throws(StoreError) -> Int {
    // Rings: an open stream of an account that is signed in nowhere any more shows nothing from then on.
    try await registry.write { db in
      try db.execute(
        sql: "DELETE FROM sign_in WHERE account = ? AND token_hash IS NOT ?",
        arguments: [account, tokenHash.map { Data($0) }])
      return db.changesCount
    }
  }
}
