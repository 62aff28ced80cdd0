import Foundation
import GRDB
public import Wire

extension SQLiteStore: ChartStore {
  private static let markColumns = "id, name, device, session, author, made_at, box"

  /// See ``ChartStore/append(_:limit:)``.
  public func append(_ mark: MarkRecord, limit: Int) async throws(StoreError) -> MarkRecord? {
    try await findings.write { db in
      let session = Data(mark.reference.session.bytes)
      let count =
        try Int.fetchOne(
          db, sql: "SELECT count(*) FROM mark WHERE device = ? AND session = ?",
          arguments: [mark.reference.device.name, session]) ?? 0
      guard count < limit else { return nil }
      try db.execute(
        sql: "INSERT INTO mark (name, device, session, author, made_at, box) VALUES (?, ?, ?, ?, ?, ?)",
        arguments: [
          Data(mark.id), mark.reference.device.name, session, mark.author, Int64(clamping: mark.at), Data(mark.box),
        ])
      return MarkRecord(
        number: db.lastInsertedRowID, id: mark.id, reference: mark.reference, author: mark.author, at: mark.at,
        box: mark.box)
    }
  }

  /// See ``ChartStore/marks(of:limit:)``.
  public func marks(of reference: SessionReference, limit: Int) async throws(StoreError) -> [MarkRecord] {
    try await findings.read { db in
      try Row.fetchAll(
        db.cachedStatement(
          sql: "SELECT \(Self.markColumns) FROM mark WHERE device = ? AND session = ? ORDER BY id LIMIT ?"),
        arguments: [reference.device.name, Data(reference.session.bytes), max(limit, 0)]
      ).compactMap(Self.mark)
    }
  }

  /// See ``ChartStore/marks(after:limit:)``.
  public func marks(after number: Int64, limit: Int) async throws(StoreError) -> [MarkRecord] {
    try await findings.read { db in
      try Row.fetchAll(
        db.cachedStatement(sql: "SELECT \(Self.markColumns) FROM mark WHERE id > ? ORDER BY id LIMIT ?"),
        arguments: [number, max(limit, 0)]
      ).compactMap(Self.mark)
    }
  }

  /// See ``ChartStore/lastMark()``.
  public func lastMark() async throws(StoreError) -> Int64 {
    try await findings.read { db in try Int64.fetchOne(db, sql: "SELECT max(id) FROM mark") ?? 0 }
  }

  /// See ``ChartStore``: appends to the record of exports and marks.
  public func append(_ event: ChartEvent) async throws(StoreError) {
    try await findings.write { db in
      try db.execute(
        sql: """
          INSERT INTO chart_event (\(Self.chartEventColumns))
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          event.kind.rawValue, event.account, event.pseudonym.name, event.reference.device.name,
          Data(event.reference.session.bytes), event.format, Int64(clamping: event.from), Int64(clamping: event.count),
          Int64(clamping: event.at),
        ])
    }
  }

  /// See ``ChartStore/chartEvents(limit:)``.
  public func chartEvents(limit: Int) async throws(StoreError) -> [ChartEvent] {
    try await findings.read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT \(Self.chartEventColumns) FROM chart_event ORDER BY id DESC LIMIT ?
          """, arguments: [max(limit, 0)]
      ).compactMap(Self.chartEvent)
    }
  }

  static let chartEventColumns = "kind, account, pseudonym, device, session, format, first, length, at"

  static func chartEvent(_ row: Row) -> ChartEvent? {
    guard let kind = ChartEvent.Kind(rawValue: row[0]), let pseudonym = Pseudonym(row[2] as String),
      let device = DeviceID(row[3] as String), let session = SessionID(row[4] as Data)
    else { return nil }
    return ChartEvent(
      kind: kind, account: row[1], pseudonym: pseudonym,
      reference: SessionReference(device: device, session: session), format: row[5],
      from: UInt64(row[6] as Int64), count: UInt64(row[7] as Int64), at: UInt64(row[8] as Int64))
  }

  private static func mark(_ row: Row) -> MarkRecord? {
    guard let device = DeviceID(row[2] as String), let session = SessionID(row[3] as Data) else { return nil }
    return MarkRecord(
      number: row[0], id: [UInt8](row[1] as Data), reference: SessionReference(device: device, session: session),
      author: row[4], at: UInt64(row[5] as Int64), box: [UInt8](row[6] as Data))
  }
}
