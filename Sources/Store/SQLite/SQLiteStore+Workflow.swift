import Foundation
import GRDB
import Wire

extension SQLiteStore {
  /// See ``AlertStore/apply(_:)``.
  public func apply(_ change: AlertChange) async throws(StoreError) -> AlertRecord? {
    try await alerts.write { db in
      let standing = change.standing
      let id = Data(change.event.alert.bytes)
      let isThere = try Bool.fetchOne(
        db, sql: "SELECT EXISTS (SELECT 1 FROM alert WHERE id = ? AND revision = ?)", arguments: [id, change.revision])
      guard isThere == true else { return nil }
      // An alert whose episode goes on is open until somebody takes note of it.
      try db.execute(
        sql: """
          UPDATE alert SET acknowledged_by = ?1, acknowledged_at = ?2, assigned_to = ?3, snoozed_until = ?4,
            closed_by = ?5, closed_at = ?6, revision = ?7,
            state = CASE WHEN state = 'open' AND ?2 IS NOT NULL THEN 'acknowledged' ELSE state END
          WHERE id = ?8
          """,
        arguments: [
          standing.acknowledgedBy, standing.acknowledgedAt.map { Int64(clamping: $0) }, standing.assignedTo,
          standing.snoozedUntil.map { Int64(clamping: $0) }, standing.closedBy,
          standing.closedAt.map { Int64(clamping: $0) }, try Self.takeRevisions(1, db) + 1, id,
        ])
      try Self.add(change.event, db)
      return try Self.alert(change.event.alert, db)
    }
  }

  /// See ``AlertStore/events(of:)``.
  public func events(of alert: AlertID) async throws(StoreError) -> [AlertEvent] {
    try await alerts.read { db in
      try Row.fetchAll(
        db.cachedStatement(
          sql: """
            SELECT kind, at, actor, name, step, assignee, until, detail, box FROM alert_event WHERE alert = ? ORDER BY id
            """),
        arguments: [Data(alert.bytes)]
      ).compactMap { row in
        AlertEvent.Kind(rawValue: row[0]).map { kind in
          AlertEvent(
            alert: alert, kind: kind, at: UInt64(row[1] as Int64), actor: row[2], name: row[3], step: row[4],
            assignee: row[5], until: (row[6] as Int64?).map { UInt64($0) }, detail: row[7],
            box: (row[8] as Data?).map { [UInt8]($0) })
        }
      }
    }
  }

  static func add(_ event: AlertEvent, _ db: Database) throws {
    try db.cachedStatement(
      sql: """
        INSERT OR IGNORE INTO alert_event (alert, kind, at, actor, name, step, assignee, until, detail, box)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      Data(event.alert.bytes), event.kind.rawValue, Int64(clamping: event.at),
      String(event.actor.prefix(AlertEvent.textLimit)), event.name, event.step,
      event.assignee.map { String($0.prefix(AlertEvent.textLimit)) }, event.until.map { Int64(clamping: $0) },
      event.detail.map { String($0.prefix(AlertEvent.textLimit)) }, event.box.map { Data($0) },
    ])
  }

  // MARK: Plans

  /// See ``AlertStore/plans(changedSince:limit:)``.
  public func plans(changedSince revision: Revision, limit: Int) async throws(StoreError) -> [AlertPlanRecord] {
    try await alerts.read { db in
      try Row.fetchAll(
        db.cachedStatement(
          sql: """
            SELECT patient, box, updated_at, updated_by, revision FROM plan WHERE revision > ? ORDER BY revision LIMIT ?
            """), arguments: [revision, max(limit, 0)]
      ).compactMap(Self.plan)
    }
  }

  /// See ``AlertStore/plan(of:)``.
  public func plan(of patient: Pseudonym) async throws(StoreError) -> AlertPlanRecord? {
    try await alerts.read { db in
      try Row.fetchOne(
        db, sql: "SELECT patient, box, updated_at, updated_by, revision FROM plan WHERE patient = ?",
        arguments: [patient.name]
      ).flatMap(Self.plan)
    }
  }

  /// See `AlertStore`.
  public func put(_ plan: AlertPlanRecord) async throws(StoreError) -> AlertPlanRecord? {
    try await alerts.write { db in
      let present = try Int64.fetchOne(
        db, sql: "SELECT revision FROM plan WHERE patient = ?", arguments: [plan.patient.name])
      guard (present ?? 0) == plan.revision else { return nil }
      var stored = plan
      stored.revision = try Self.takeRevisions(1, db) + 1
      try db.execute(
        sql: """
          INSERT INTO plan (patient, box, updated_at, updated_by, revision) VALUES (?, ?, ?, ?, ?)
          ON CONFLICT (patient) DO UPDATE SET box = excluded.box, updated_at = excluded.updated_at,
            updated_by = excluded.updated_by, revision = excluded.revision
          """,
        arguments: [
          plan.patient.name, Data(plan.box), Int64(clamping: plan.updatedAt), plan.updatedBy, stored.revision,
        ])
      return stored
    }
  }

  private static func plan(_ row: Row) -> AlertPlanRecord? {
    Pseudonym(row[0] as String).map {
      AlertPlanRecord(
        patient: $0, box: [UInt8](row[1] as Data), updatedAt: UInt64(row[2] as Int64), updatedBy: row[3],
        revision: row[4])
    }
  }

  // MARK: Ledgers

  /// See ``AlertStore/ledgers()``.
  public func ledgers() async throws(StoreError) -> [DeliveryLedgerRecord] {
    try await alerts.read { db in
      try Row.fetchAll(db, sql: "SELECT subject, box FROM ledger ORDER BY subject").map {
        DeliveryLedgerRecord(subject: $0[0], box: [UInt8]($0[1] as Data))
      }
    }
  }

  static func put(_ ledger: DeliveryLedgerRecord, _ db: Database) throws {
    try db.cachedStatement(
      sql: "INSERT INTO ledger (subject, box) VALUES (?, ?) ON CONFLICT (subject) DO UPDATE SET box = excluded.box"
    ).execute(arguments: [ledger.subject, Data(ledger.box)])
  }
}
