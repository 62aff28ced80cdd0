import Foundation
import GRDB
public import Wire

extension SQLiteStore: AlertStore {
  private static let alertColumns = """
    id, device, session, state, opened_at, updated_at, resolved_at, acknowledged_by, acknowledged_at, box, revision,
    assigned_to, snoozed_until, closed_by, closed_at
    """

  /// See ``AlertStore/commit(_:)``.
  public func commit(_ batch: AlertBatch) async throws(StoreError) {
    try await alerts.write { db in
      for alert in batch.opened { try Self.open(alert, db) }
      for alert in batch.updated { try Self.update(alert, db) }
      for message in batch.messages { try Self.add(message, db) }
      for event in batch.events { try Self.add(event, db) }
      for ledger in batch.ledgers { try Self.put(ledger, db) }
      for state in batch.states {
        try db.cachedStatement(
          sql: """
            INSERT INTO policy (device, session, evaluated_through, box) VALUES (?, ?, ?, ?)
            ON CONFLICT (device, session) DO UPDATE SET evaluated_through = excluded.evaluated_through,
              box = excluded.box
            """
        ).execute(arguments: [
          state.reference.device.name, Data(state.reference.session.bytes), Int64(clamping: state.evaluatedThrough),
          Data(state.box),
        ])
      }
    }
  }

  private static func open(_ alert: AlertRecord, _ db: Database) throws {
    let id = Data(alert.id.bytes)
    let exists = try Bool.fetchOne(
      db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM alert WHERE id = ?)"), arguments: [id])
    guard exists != true else { return }
    try db.cachedStatement(
      sql: "INSERT INTO alert (\(alertColumns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    ).execute(arguments: [
      id, alert.reference.device.name, Data(alert.reference.session.bytes), alert.state.rawValue,
      Int64(clamping: alert.openedAt), Int64(clamping: alert.updatedAt), alert.resolvedAt.map { Int64(clamping: $0) },
      alert.acknowledgedBy, alert.acknowledgedAt.map { Int64(clamping: $0) }, Data(alert.box),
      try takeRevisions(1, db) + 1, alert.assignedTo, alert.snoozedUntil.map { Int64(clamping: $0) }, alert.closedBy,
      alert.closedAt.map { Int64(clamping: $0) },
    ])
  }

  /// New content and state; who took note, and when, is kept, and an open episode that somebody took note of stays
  /// acknowledged.
  private static func update(_ alert: AlertRecord, _ db: Database) throws {
    try db.cachedStatement(
      sql: """
        UPDATE alert SET
          state = CASE WHEN ?1 = 'open' AND acknowledged_at IS NOT NULL THEN 'acknowledged' ELSE ?1 END,
          updated_at = ?2, resolved_at = ?3, box = ?4, device = ?5, session = ?6, revision = ?7 WHERE id = ?8
        """
    ).execute(arguments: [
      alert.state.rawValue, Int64(clamping: alert.updatedAt), alert.resolvedAt.map { Int64(clamping: $0) },
      Data(alert.box), alert.reference.device.name, Data(alert.reference.session.bytes),
      try takeRevisions(1, db) + 1, Data(alert.id.bytes),
    ])
  }

  /// See ``AlertStore/policyStates()``.
  public func policyStates() async throws(StoreError) -> [PolicyState] {
    try await alerts.read { db in
      try Row.fetchAll(db, sql: "SELECT device, session, evaluated_through, box FROM policy ORDER BY device, session")
        .compactMap { row in
          guard let reference = Self.reference(row[0], row[1]) else { return nil }
          return PolicyState(
            reference: reference, evaluatedThrough: UInt64(row[2] as Int64), box: [UInt8](row[3] as Data))
        }
    }
  }

  /// See ``AlertStore/alerts(changedSince:limit:)``.
  public func alerts(changedSince revision: Revision, limit: Int) async throws(StoreError) -> [AlertRecord] {
    try await alerts.read { db in
      try Row.fetchAll(
        db.cachedStatement(
          sql: "SELECT \(Self.alertColumns) FROM alert WHERE revision > ? ORDER BY revision LIMIT ?"),
        arguments: [revision, max(limit, 0)]
      ).compactMap(Self.alertRecord)
    }
  }

  /// See ``AlertStore/alerts(of:unresolvedOnly:limit:)``.
  public func alerts(
    of device: DeviceID?, unresolvedOnly: Bool, limit: Int
  ) async throws(StoreError) -> [AlertRecord] {
    var conditions: [String] = []
    var arguments: StatementArguments = []
    if let device {
      conditions.append("device = ?")
      arguments += [device.name]
    }
    if unresolvedOnly { conditions.append("state <> 'resolved'") }
    let filter = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
    let sql = "SELECT \(Self.alertColumns) FROM alert \(filter) ORDER BY opened_at DESC, id LIMIT ?"
    let bound = arguments + [max(limit, 0)]
    return try await alerts.read { db in
      try Row.fetchAll(db.cachedStatement(sql: sql), arguments: bound).compactMap(Self.alertRecord)
    }
  }

  /// See ``AlertStore/alert(_:)``.
  public func alert(_ id: AlertID) async throws(StoreError) -> AlertRecord? {
    try await alerts.read { db in try Self.alert(id, db) }
  }

  /// See ``AlertStore/summary()``.
  public func summary() async throws(StoreError) -> AlertSummary {
    try await alerts.read { db in
      let opened = try Int.fetchOne(db, sql: "SELECT count(*) FROM alert") ?? 0
      let unresolved = try Int.fetchOne(db, sql: "SELECT count(*) FROM alert WHERE state <> 'resolved'") ?? 0
      var messages: [String: Int] = [:]
      for row in try Row.fetchAll(db, sql: "SELECT channel, state, count(*) FROM message GROUP BY channel, state") {
        messages["\(row[0] as String).\(row[1] as String)"] = row[2]
      }
      return AlertSummary(opened: opened, unresolved: unresolved, messages: messages)
    }
  }

  static func reference(_ device: String, _ session: Data) -> SessionReference? {
    guard let device = DeviceID(device), let session = SessionID(session) else { return nil }
    return SessionReference(device: device, session: session)
  }

  static func alert(_ id: AlertID, _ db: Database) throws -> AlertRecord? {
    try Row.fetchOne(
      db.cachedStatement(sql: "SELECT \(alertColumns) FROM alert WHERE id = ?"), arguments: [Data(id.bytes)]
    ).flatMap(alertRecord)
  }

  private static func alertRecord(_ row: Row) -> AlertRecord? {
    guard let id = AlertID(row[0] as Data), let reference = reference(row[1], row[2]),
      let state = AlertState(rawValue: row[3])
    else { return nil }
    return AlertRecord(
      id: id, reference: reference, state: state, openedAt: UInt64(row[4] as Int64),
      updatedAt: UInt64(row[5] as Int64), resolvedAt: (row[6] as Int64?).map { UInt64($0) }, acknowledgedBy: row[7],
      acknowledgedAt: (row[8] as Int64?).map { UInt64($0) }, assignedTo: row[11],
      snoozedUntil: (row[12] as Int64?).map { UInt64($0) }, closedBy: row[13],
      closedAt: (row[14] as Int64?).map { UInt64($0) }, box: [UInt8](row[9] as Data), revision: row[10])
  }
}
