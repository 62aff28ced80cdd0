import Foundation
import GRDB
import Wire

/// Records of what happened, read from any place on.
extension SQLiteStore {
  /// A record as a table: the names of its columns, or what stands for them.
  struct TrailTable {
    var from: String
    var columns: String
    var number = "number"
    var at = "at"
    var actor: String
    var patient = "NULL"
    var device = "NULL"
    var subject = "NULL"
    var group = "NULL"
  }

  /// The columns of the event come first in each row, in their order.
  static func trail<Event>(
    _ query: TrailQuery, in table: TrailTable, _ db: Database, _ make: (Row) -> Event?
  ) throws -> [Recorded<Event>] {
    let after = query.after ?? TrailPlace(time: 0, number: -1)
    return try Row.fetchAll(
      db,
      sql: """
        SELECT \(table.columns), \(table.number) AS trail_number, \(table.at) AS trail_at FROM \(table.from)
        WHERE (\(table.at), \(table.number)) > (?1, ?2) AND \(table.at) >= ?3 AND \(table.at) < ?4
          AND (?5 IS NULL OR \(table.actor) = ?5) AND (?6 IS NULL OR \(table.patient) = ?6)
          AND (?7 IS NULL OR \(table.device) = ?7) AND (?8 IS NULL OR \(table.subject) = ?8)
          AND (?9 IS NULL OR \(table.number) = ?9) AND (?10 IS NULL OR \(table.group) = ?10)
        ORDER BY \(table.at), \(table.number) LIMIT ?11
        """,
      arguments: [
        Int64(clamping: after.time), after.number, Int64(clamping: query.since), Int64(clamping: query.until),
        query.actor, query.patient?.name, query.device?.name, query.subject, query.number, query.group?.name,
        max(query.limit, 0),
      ]
    ).compactMap { row in
      make(row).map {
        Recorded(number: row["trail_number"], at: UInt64(row["trail_at"] as Int64), event: $0)
      }
    }
  }

  /// A table, or of its rows those of some kinds.
  private static func rows<Kind: RawRepresentable<String>>(of table: String, kinds: Set<Kind>?) -> String {
    kinds.map { "(SELECT * FROM \(table) WHERE kind IN (\(list($0))))" } ?? table
  }

  /// Kinds as SQL has them, always in the same order. Their names are the program's own.
  private static func list(_ kinds: some Sequence<some RawRepresentable<String>>) -> String {
    kinds.map { "'\($0.rawValue)'" }.sorted().joined(separator: ", ")
  }

  /// See ``AccessStore/accountTrail(_:)``.
  public func accountTrail(_ query: TrailQuery) async throws(StoreError) -> [Recorded<AccountEvent>] {
    let table = TrailTable(
      from: Self.rows(of: "account_event", kinds: query.kinds),
      columns: Self.accountEventColumns, actor: "actor", patient: "pseudonym",
      subject: "account", group: "CASE WHEN kind IN (\(Self.list(AccountEvent.Kind.aboutGroups))) THEN detail END")
    return try await registry.read { db in try Self.trail(query, in: table, db, Self.accountEvent) }
  }

  /// See ``AccessStore/openings(_:)``.
  public func openings(_ query: TrailQuery) async throws(StoreError) -> [Recorded<EmergencyAccess>] {
    let table = TrailTable(
      from: "emergency_access", columns: Self.accessColumns, at: "opened_at", actor: "account", patient: "pseudonym")
    return try await registry.read { db in try Self.trail(query, in: table, db, Self.access) }
  }

  /// See ``AccessStore/endings(_:)``.
  public func endings(_ query: TrailQuery) async throws(StoreError) -> [Recorded<EmergencyAccess>] {
    let table = TrailTable(
      from: "emergency_access", columns: Self.accessColumns, at: "coalesce(ended_at, expires_at)",
      actor: "coalesce(ended_by, '')", patient: "pseudonym")
    return try await registry.read { db in try Self.trail(query, in: table, db, Self.access) }
  }

  /// See ``ChartStore/chartTrail(_:)``.
  public func chartTrail(_ query: TrailQuery) async throws(StoreError) -> [Recorded<ChartEvent>] {
    let table = TrailTable(
      from: "chart_event", columns: Self.chartEventColumns, number: "id", actor: "account", patient: "pseudonym",
      device: "device")
    return try await findings.read { db in try Self.trail(query, in: table, db, Self.chartEvent) }
  }

  /// See ``ChartStore/viewTrail(_:)``.
  public func viewTrail(_ query: TrailQuery) async throws(StoreError) -> [Recorded<ChartView>] {
    let table = TrailTable(
      from: Self.rows(of: "chart_view", kinds: query.views),
      columns: "account, pseudonym, door, at, kind", number: "id", actor: "account",
      patient: "pseudonym")
    return try await findings.read { db in
      try Self.trail(query, in: table, db) { row in
        guard let patient = Pseudonym(row[1] as String), let door = ChartView.Door(rawValue: row[2]),
          let kind = ChartView.Kind(rawValue: row[4])
        else { return nil }
        return ChartView(account: row[0], pseudonym: patient, kind: kind, door: door, at: UInt64(row[3] as Int64))
      }
    }
  }

  /// See ``ChartStore``: appends to the record of who looked at whom.
  public func append(_ views: [ChartView]) async throws(StoreError) {
    try await findings.write(ringing: false) { db in
      for view in views {
        try db.cachedStatement(
          sql: "INSERT INTO chart_view (account, pseudonym, kind, door, at) VALUES (?, ?, ?, ?, ?)"
        ).execute(arguments: [
          view.account, view.pseudonym.name, view.kind.rawValue, view.door.rawValue, Int64(clamping: view.at),
        ])
      }
    }
  }

  /// See ``AlertStore/deeds(_:)``.
  public func deeds(_ query: TrailQuery) async throws(StoreError) -> [Recorded<AlertDeed>] {
    let kinds = AlertDeed.kinds.map { "'\($0.rawValue)'" }.joined(separator: ", ")
    let table = TrailTable(
      from: """
        (SELECT alert_event.*, alert.device AS device, alert.opened_at AS opened_at FROM alert_event
          JOIN alert ON alert.id = alert_event.alert WHERE alert_event.kind IN (\(kinds)))
        """,
      columns: "kind, at, actor, assignee, until, alert, device, opened_at", number: "id", actor: "actor",
      device: "device")
    return try await alerts.read { db in
      try Self.trail(query, in: table, db) { row in
        guard let kind = AlertEvent.Kind(rawValue: row[0]), let alert = AlertID([UInt8](row[5] as Data)),
          let device = DeviceID(row[6] as String)
        else { return nil }
        return AlertDeed(
          event: AlertEvent(
            alert: alert, kind: kind, at: UInt64(row[1] as Int64), actor: row[2], assignee: row[3],
            until: (row[4] as Int64?).map { UInt64($0) }),
          device: device, openedAt: UInt64(row[7] as Int64))
      }
    }
  }
}
