import Foundation
import GRDB

extension SQLiteStore {
  /// See ``RegistryStore/entrust(_:to:at:by:)``.
  public func entrust(
    _ patient: Pseudonym, to account: String, at time: UnixMicroseconds, by actor: String
  ) async throws(StoreError) {
    try await registry.write { db in
      try db.execute(
        sql: "INSERT OR IGNORE INTO care (account, pseudonym, since) VALUES (?, ?, ?)",
        arguments: [account, patient.name, Int64(clamping: time)])
      guard db.changesCount > 0 else { return }
      try Self.append(
        AccountEvent(account: account, actor: actor, kind: .patientAssigned, at: time, patient: patient), db)
    }
  }

  /// See ``RegistryStore/withdraw(_:from:at:by:)``.
  public func withdraw(
    _ patient: Pseudonym, from account: String, at time: UnixMicroseconds, by actor: String
  ) async throws(StoreError) {
    try await registry.write { db in
      try db.execute(
        sql: "DELETE FROM care WHERE account = ? AND pseudonym = ?", arguments: [account, patient.name])
      guard db.changesCount > 0 else { return }
      try Self.append(
        AccountEvent(account: account, actor: actor, kind: .patientUnassigned, at: time, patient: patient), db)
    }
  }

  /// See ``RegistryStore/care(of:)``.
  public func care(of account: String?) async throws(StoreError) -> [CareAssignment] {
    try await registry.read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT account, pseudonym, since, NULL FROM care WHERE account = ?1 OR ?1 IS NULL
          UNION ALL
          SELECT care.account, member.pseudonym, MAX(care.since, member.since), care.group_id
          FROM group_care AS care JOIN group_member AS member ON member.group_id = care.group_id
          WHERE care.account = ?1 OR ?1 IS NULL
          ORDER BY 1, 2, 4
          """,
        arguments: [account]
      ).compactMap { row in
        Pseudonym(row[1] as String).map {
          CareAssignment(
            account: row[0], pseudonym: $0, since: UInt64(row[2] as Int64),
            group: (row[3] as String?).flatMap { GroupID($0) })
        }
      }
    }
  }
}
