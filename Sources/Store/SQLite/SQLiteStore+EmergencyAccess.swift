import Foundation
import GRDB

extension SQLiteStore: AccessStore {
  /// See ``AccessStore/open(_:)``.
  public func open(_ access: EmergencyAccess) async throws(StoreError) {
    try await registry.write { db in
      try db.execute(
        sql: """
          INSERT INTO emergency_access (id, account, pseudonym, box, opened_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          Data(access.id.bytes), access.account, access.pseudonym.name, Data(access.box),
          Int64(clamping: access.openedAt), Int64(clamping: access.expiresAt),
        ])
    }
  }

  /// See ``AccessStore/emergencyAccess(of:inForceAt:)``.
  public func emergencyAccess(
    of account: String?, inForceAt time: UnixMicroseconds
  ) async throws(StoreError) -> [EmergencyAccess] {
    try await registry.read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT \(Self.accessColumns) FROM emergency_access
          WHERE expires_at > ?1 AND opened_at <= ?1 AND (ended_at IS NULL OR ended_at > ?1)
            AND (account = ?2 OR ?2 IS NULL)
          ORDER BY number
          """,
        arguments: [Int64(clamping: time), account]
      ).compactMap(Self.access)
    }
  }

  /// See ``AccessStore/emergencyAccess(limit:)``.
  public func emergencyAccess(limit: Int) async throws(StoreError) -> [EmergencyAccess] {
    try await registry.read { db in
      try Row.fetchAll(
        db, sql: "SELECT \(Self.accessColumns) FROM emergency_access ORDER BY number DESC LIMIT ?", arguments: [limit]
      ).compactMap(Self.access)
    }
  }

  /// See ``AccessStore/emergencyAccess(_:)``.
  public func emergencyAccess(_ id: AccessID) async throws(StoreError) -> EmergencyAccess? {
    try await registry.read { db in
      try Row.fetchOne(
        db, sql: "SELECT \(Self.accessColumns) FROM emergency_access WHERE id = ?", arguments: [Data(id.bytes)]
      ).flatMap(Self.access)
    }
  }

  /// See ``AccessStore/emergencyAccessCount(of:since:)``.
  public func emergencyAccessCount(
    of account: String, since time: UnixMicroseconds
  ) async throws(StoreError) -> Int {
    try await registry.read { db in
      try Int.fetchOne(
        db, sql: "SELECT COUNT(*) FROM emergency_access WHERE account = ? AND opened_at >= ?",
        arguments: [account, Int64(clamping: time)]) ?? 0
    }
  }

  /// See ``AccessStore/endEmergencyAccess(_:by:at:)``.
  public func endEmergencyAccess(
    _ id: AccessID, by account: String, at time: UnixMicroseconds
  ) async throws(StoreError) -> Bool {
    try await registry.write { db in
      try db.execute(
        sql: """
          UPDATE emergency_access SET ended_at = ?1, ended_by = ?2
          WHERE id = ?3 AND ended_at IS NULL AND expires_at > ?1
          """,
        arguments: [Int64(clamping: time), account, Data(id.bytes)])
      return db.changesCount == 1
    }
  }

  /// See ``AccessStore/accessNotices(openedSince:)``.
  public func accessNotices(openedSince time: UnixMicroseconds) async throws(StoreError) -> [AccessNotice] {
    try await registry.read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT access, receiver, state, attempts, next_attempt, delivered_at, last_error FROM access_notice
          WHERE access IN (SELECT id FROM emergency_access WHERE opened_at >= ?) ORDER BY access, receiver
          """,
        arguments: [Int64(clamping: time)]
      ).compactMap { row in
        guard let access = AccessID([UInt8](row[0] as Data)), let state = AccessNotice.State(rawValue: row[2]) else {
          return nil
        }
        return AccessNotice(
          access: access, receiver: row[1], state: state, attempts: row[3], nextAttemptAt: UInt64(row[4] as Int64),
          deliveredAt: (row[5] as Int64?).map { UInt64($0) }, lastError: row[6])
      }
    }
  }

  /// See ``AccessStore/put(_:)``.
  public func put(_ notice: AccessNotice) async throws(StoreError) {
    try await registry.write(ringing: false) { db in
      try db.execute(
        sql: """
          INSERT OR REPLACE INTO access_notice
            (access, receiver, state, attempts, next_attempt, delivered_at, last_error)
          VALUES (?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          Data(notice.access.bytes), notice.receiver, notice.state.rawValue, notice.attempts,
          Int64(clamping: notice.nextAttemptAt), notice.deliveredAt.map { Int64(clamping: $0) }, notice.lastError,
        ])
    }
  }

  /// See ``AccessStore/append(_:)``.
  public func append(_ event: AccountEvent) async throws(StoreError) {
    try await registry.write(ringing: false) { db in try Self.append(event, db) }
  }

  /// Appends to the record within the transaction of what it is about.
  static func append(_ event: AccountEvent, _ db: Database) throws {
    try db.execute(
      sql: "INSERT INTO account_event (\(accountEventColumns)) VALUES (?, ?, ?, ?, ?, ?, ?)",
      arguments: [
        event.account, event.actor, event.kind.rawValue, Int64(clamping: event.at), event.detail, event.address,
        event.patient?.name,
      ])
  }

  /// See ``AccessStore/accountEvents(of:limit:)``.
  public func accountEvents(of account: String?, limit: Int) async throws(StoreError) -> [AccountEvent] {
    try await registry.read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT \(Self.accountEventColumns) FROM account_event WHERE account = ?1 OR ?1 IS NULL
          ORDER BY number DESC LIMIT ?2
          """,
        arguments: [account, limit]
      ).compactMap(Self.accountEvent)
    }
  }

  static let accountEventColumns = "account, actor, kind, at, detail, address, pseudonym"

  static func accountEvent(_ row: Row) -> AccountEvent? {
    AccountEvent.Kind(rawValue: row[2]).map {
      AccountEvent(
        account: row[0], actor: row[1], kind: $0, at: UInt64(row[3] as Int64), detail: row[4], address: row[5],
        patient: (row[6] as String?).flatMap { Pseudonym($0) })
    }
  }

  static let accessColumns = "id, account, pseudonym, box, opened_at, expires_at, ended_at, ended_by"

  static func access(_ row: Row) -> EmergencyAccess? {
    guard let id = AccessID([UInt8](row[0] as Data)), let pseudonym = Pseudonym(row[2] as String) else { return nil }
    return EmergencyAccess(
      id: id, account: row[1], pseudonym: pseudonym, box: [UInt8](row[3] as Data), openedAt: UInt64(row[4] as Int64),
      expiresAt: UInt64(row[5] as Int64), endedAt: (row[6] as Int64?).map { UInt64($0) }, endedBy: row[7])
  }
}
