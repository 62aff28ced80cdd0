import Foundation
import GRDB

extension SQLiteStore: GroupStore {
  /// See ``GroupStore``.
  public func put(_ group: PatientGroupRecord) async throws(StoreError) {
    try await registry.write { db in
      try db.execute(
        sql: "INSERT OR REPLACE INTO patient_group (id, box, created_at) VALUES (?, ?, ?)",
        arguments: [group.id.name, Data(group.box), Int64(clamping: group.createdAt)])
    }
  }

  /// See ``GroupStore/groups()``.
  public func groups() async throws(StoreError) -> [PatientGroupRecord] {
    try await registry.read { db in
      try Row.fetchAll(db, sql: "SELECT id, box, created_at FROM patient_group ORDER BY id").compactMap { row in
        GroupID(row[0] as String).map {
          PatientGroupRecord(id: $0, box: [UInt8](row[1] as Data), createdAt: UInt64(row[2] as Int64))
        }
      }
    }
  }

  /// See ``GroupStore/deleteGroup(_:at:by:)``.
  public func deleteGroup(
    _ group: GroupID, at time: UnixMicroseconds, by actor: String
  ) async throws(StoreError) -> Bool {
    try await registry.write { db in
      let carers = try String.fetchAll(
        db, sql: "DELETE FROM group_care WHERE group_id = ? RETURNING account", arguments: [group.name])
      let members = try String.fetchAll(
        db, sql: "DELETE FROM group_member WHERE group_id = ? RETURNING pseudonym", arguments: [group.name])
      try db.execute(sql: "DELETE FROM patient_group WHERE id = ?", arguments: [group.name])
      guard db.changesCount > 0 else { return false }
      for account in carers.sorted() {
        try Self.record(.groupUnassigned, of: account, group, nil, at: time, by: actor, db)
      }
      for member in members.sorted() {
        try Self.record(.groupLeft, group, Pseudonym(member), at: time, by: actor, db)
      }
      try Self.record(.groupRemoved, group, nil, at: time, by: actor, db)
      return true
    }
  }

  /// See ``GroupStore/join(_:_:at:by:limit:)``.
  public func join(
    _ patient: Pseudonym, _ group: GroupID, at time: UnixMicroseconds, by actor: String, limit: Int
  ) async throws(StoreError) -> Bool {
    try await registry.write { db in
      try db.execute(
        sql: """
          INSERT OR IGNORE INTO group_member (group_id, pseudonym, since)
          SELECT id, ?2, ?3 FROM patient_group
          WHERE id = ?1 AND (SELECT COUNT(*) FROM group_member WHERE pseudonym = ?2) < ?4
          """,
        arguments: [group.name, patient.name, Int64(clamping: time), limit])
      if db.changesCount > 0 {
        try Self.record(.groupJoined, group, patient, at: time, by: actor, db)
        return true
      }
      return try Int.fetchOne(
        db, sql: "SELECT COUNT(*) FROM group_member WHERE group_id = ? AND pseudonym = ?",
        arguments: [group.name, patient.name]) == 1
    }
  }

  /// See ``GroupStore/leave(_:_:at:by:)``.
  public func leave(
    _ patient: Pseudonym, _ group: GroupID, at time: UnixMicroseconds, by actor: String
  ) async throws(StoreError) {
    try await registry.write { db in
      try db.execute(
        sql: "DELETE FROM group_member WHERE group_id = ? AND pseudonym = ?", arguments: [group.name, patient.name])
      if db.changesCount > 0 { try Self.record(.groupLeft, group, patient, at: time, by: actor, db) }
    }
  }

  /// See ``GroupStore/memberships()``.
  public func memberships() async throws(StoreError) -> [GroupMembership] {
    try await registry.read { db in
      try Row.fetchAll(db, sql: "SELECT group_id, pseudonym FROM group_member ORDER BY group_id, pseudonym")
        .compactMap { row in
          guard let group = GroupID(row[0] as String), let patient = Pseudonym(row[1] as String) else { return nil }
          return GroupMembership(group: group, pseudonym: patient)
        }
    }
  }

  /// See ``GroupStore/entrust(_:to:at:by:)``.
  public func entrust(
    _ group: GroupID, to account: String, at time: UnixMicroseconds, by actor: String
  ) async throws(StoreError) {
    try await registry.write { db in
      try db.execute(
        sql:
          "INSERT OR IGNORE INTO group_care (account, group_id, since) SELECT ?, id, ? FROM patient_group WHERE id = ?",
        arguments: [account, Int64(clamping: time), group.name])
      if db.changesCount > 0 { try Self.record(.groupAssigned, of: account, group, nil, at: time, by: actor, db) }
    }
  }

  /// See ``GroupStore/withdraw(_:from:at:by:)``.
  public func withdraw(
    _ group: GroupID, from account: String, at time: UnixMicroseconds, by actor: String
  ) async throws(StoreError) {
    try await registry.write { db in
      try db.execute(
        sql: "DELETE FROM group_care WHERE account = ? AND group_id = ?", arguments: [account, group.name])
      if db.changesCount > 0 { try Self.record(.groupUnassigned, of: account, group, nil, at: time, by: actor, db) }
    }
  }

  /// See ``GroupStore/groupCare(of:)``.
  public func groupCare(of account: String?) async throws(StoreError) -> [GroupCare] {
    try await registry.read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT account, group_id, since FROM group_care WHERE account = ?1 OR ?1 IS NULL ORDER BY account, group_id
          """,
        arguments: [account]
      ).compactMap { row in
        GroupID(row[1] as String).map { GroupCare(account: row[0], group: $0, since: UInt64(row[2] as Int64)) }
      }
    }
  }

  private static func record(
    _ kind: AccountEvent.Kind, of account: String = AccountEvent.noAccount, _ group: GroupID, _ patient: Pseudonym?,
    at time: UnixMicroseconds, by actor: String, _ db: Database
  ) throws {
    try append(
      AccountEvent(account: account, actor: actor, kind: kind, at: time, detail: group.name, patient: patient), db)
  }
}
