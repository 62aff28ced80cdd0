import Foundation
import GRDB
public import Wire

extension SQLiteStore: RetentionDeletion {
  /// See ``RetentionDeletion/deleteChunks(of:receivedBefore:limit:run:)``.
  public func deleteChunks(
    of reference: SessionReference, receivedBefore time: UnixMicroseconds, limit: Int, run: Int64
  ) async throws(StoreError) -> DeletionStep {
    let ledger = ledger
    return try await chunks.write(ringing: false) { db in
      ledger.forget()
      let row = try Row.fetchOne(
        db, sql: "SELECT id, last_received FROM session WHERE device = ? AND session = ?",
        arguments: Self.names(reference))
      guard let row, (row[1] as Int64) < Int64(clamping: time) else {
        return DeletionStep(rows: 0, bytes: 0, isOver: true)
      }
      let session: Int64 = row[0]
      let range = RowKey.range(session: session)
      let doomed = try Row.fetchAll(
        db, sql: "SELECT id, length(message) FROM chunk WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?",
        arguments: [range.lowerBound, range.upperBound, max(limit, 1)])
      let bytes = doomed.reduce(0) { $0 + ($1[1] as Int) }
      if let last = doomed.last.map({ $0[0] as Int64 }) {
        try db.execute(sql: "DELETE FROM chunk WHERE id BETWEEN ? AND ?", arguments: [range.lowerBound, last])
      }
      let isOver = doomed.count < max(limit, 1)
      // What the device may still hold is not declared lost: `earliest_held` stays, and without a position no receipt is sent
      // until the device has said where its memory begins.
      if isOver {
        try db.execute(
          sql: "UPDATE session SET chunk_count = 0, next = 0, highest = 0 WHERE id = ?", arguments: [session])
      } else {
        try db.execute(
          sql: "UPDATE session SET chunk_count = max(chunk_count - ?, 0), next = 0 WHERE id = ?",
          arguments: [doomed.count, session])
      }
      try Self.tally(.recordings, reference.device, run, sessions: isOver ? 1 : 0, doomed.count, bytes, db)
      return DeletionStep(rows: doomed.count, bytes: bytes, isOver: isOver)
    }
  }

  /// See ``RetentionDeletion/deleteFindings(of:touchedBefore:limit:run:)``.
  public func deleteFindings(
    of reference: SessionReference, touchedBefore time: UnixMicroseconds, limit: Int, run: Int64
  ) async throws(StoreError) -> DeletionStep {
    let over = DeletionStep(rows: 0, bytes: 0, isOver: true)
    if let record = try await session(reference), record.chunkCount > 0 { return over }
    return try await findings.write(ringing: false) { db in
      let touched = try Int64.fetchOne(
        db,
        sql: """
          SELECT max(coalesce((SELECT advanced_at FROM analysis WHERE device = ?1 AND session = ?2), 0),
            coalesce((SELECT max(made_at) FROM mark WHERE device = ?1 AND session = ?2), 0))
          """, arguments: Self.names(reference))
      guard let touched, touched < Int64(clamping: time) else { return over }
      let analysis = try Int64.fetchOne(
        db, sql: "SELECT id FROM analysis WHERE device = ? AND session = ?", arguments: Self.names(reference))
      var rows = 0
      var bytes = 0
      if let analysis {
        let range = RowKey.range(session: analysis)
        let doomed = try Row.fetchAll(
          db, sql: "SELECT id, length(box) FROM finding WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?",
          arguments: [range.lowerBound, range.upperBound, max(limit, 1)])
        rows = doomed.count
        bytes = doomed.reduce(0) { $0 + ($1[1] as Int) }
        if let last = doomed.last.map({ $0[0] as Int64 }) {
          try db.execute(sql: "DELETE FROM finding WHERE id BETWEEN ? AND ?", arguments: [range.lowerBound, last])
          try db.execute(
            sql: "UPDATE analysis SET finding_count = max(finding_count - ?, 0) WHERE id = ?",
            arguments: [rows, analysis])
        }
      }
      let isOver = rows < max(limit, 1)
      if isOver {
        try db.execute(
          sql: "DELETE FROM mark WHERE device = ? AND session = ?", arguments: Self.names(reference))
        try db.execute(
          sql: "DELETE FROM analysis WHERE device = ? AND session = ?", arguments: Self.names(reference))
      }
      try Self.tally(.findings, reference.device, run, sessions: isOver ? 1 : 0, rows, bytes, db)
      return DeletionStep(rows: rows, bytes: bytes, isOver: isOver)
    }
  }

  /// See ``RetentionDeletion/deleteAlerts(_:touchedBefore:run:)``.
  public func deleteAlerts(
    _ doomed: [AlertID], touchedBefore time: UnixMicroseconds, run: Int64
  ) async throws(StoreError) -> DeletionStep {
    try await alerts.write(ringing: false) { db in
      var count = 0
      var bytes = 0
      for alert in doomed {
        let id = Data(alert.bytes)
        let row = try Row.fetchOne(
          db,
          sql: """
            SELECT device, length(box) FROM alert WHERE id = ? AND state = 'resolved' AND \(Self.alertTouched) < ?
              AND NOT (\(Self.alertPending))
            """, arguments: [id, Int64(clamping: time)])
        guard let row, let device = DeviceID(row[0] as String) else { continue }
        let messages = try String.fetchAll(
          db, sql: "SELECT id FROM message WHERE alert = ?1 UNION SELECT message FROM gathered WHERE alert = ?1",
          arguments: [id])
        for sql in [
          "DELETE FROM alert_event WHERE alert = ?", "DELETE FROM gathered WHERE alert = ?",
          "DELETE FROM alert WHERE id = ?",
        ] { try db.execute(sql: sql, arguments: [id]) }
        for message in messages { try Self.deleteIfOrphaned(message, db) }
        count += 1
        bytes += row[1] as Int
        try Self.tally(.alerts, device, run, sessions: 0, 1, row[1], db)
      }
      return DeletionStep(rows: count, bytes: bytes, isOver: true)
    }
  }

  /// A message that tells of several alerts goes with the last of them.
  private static func deleteIfOrphaned(_ message: String, _ db: Database) throws {
    try db.execute(
      sql: """
        DELETE FROM message WHERE id = ?1
          AND NOT EXISTS (SELECT 1 FROM alert WHERE alert.id = message.alert)
          AND NOT EXISTS (SELECT 1 FROM gathered JOIN alert ON alert.id = gathered.alert WHERE gathered.message = ?1)
        """, arguments: [message])
    guard db.changesCount > 0 else { return }
    try db.execute(sql: "DELETE FROM attempt WHERE message = ?", arguments: [message])
    try db.execute(sql: "DELETE FROM gathered WHERE message = ?", arguments: [message])
  }

  /// See ``RetentionDeletion/forgetPolicyState(of:)``.
  public func forgetPolicyState(of reference: SessionReference) async throws(StoreError) {
    try await alerts.write(ringing: false) { db in
      try db.execute(sql: "DELETE FROM policy WHERE device = ? AND session = ?", arguments: Self.names(reference))
    }
  }

  /// See ``RetentionDeletion/hasRemains(of:)``.
  public func hasRemains(of reference: SessionReference) async throws(StoreError) -> Bool {
    let names = Self.names(reference)
    let hasAlerts = try await alerts.read { db in
      try Bool.fetchOne(
        db, sql: "SELECT EXISTS (SELECT 1 FROM alert WHERE device = ? AND session = ?)", arguments: names) ?? true
    }
    let hasDerived = try await findings.read { db in
      try Bool.fetchOne(
        db,
        sql: """
          SELECT EXISTS (SELECT 1 FROM analysis WHERE device = ?1 AND session = ?2)
            OR EXISTS (SELECT 1 FROM mark WHERE device = ?1 AND session = ?2)
          """, arguments: names) ?? true
    }
    let chunks = try await session(reference)?.chunkCount ?? 0
    return hasAlerts || hasDerived || chunks > 0
  }

  /// See ``RetentionDeletion/forgetSession(_:)``.
  public func forgetSession(_ reference: SessionReference) async throws(StoreError) {
    let ledger = ledger
    try await chunks.write(ringing: false) { db in
      ledger.forget()
      try db.execute(
        sql: "DELETE FROM session WHERE device = ? AND session = ? AND chunk_count = 0",
        arguments: Self.names(reference))
    }
  }

  /// See ``RetentionDeletion/deleteRefusedMessages(receivedBefore:keeping:limit:run:)``.
  public func deleteRefusedMessages(
    receivedBefore time: UnixMicroseconds, keeping devices: Set<DeviceID>, limit: Int, run: Int64
  ) async throws(StoreError) -> DeletionStep {
    try await chunks.write(ringing: false) { db in
      let doomed = try Row.fetchAll(
        db,
        sql: """
          SELECT id, device, length(message) FROM quarantine WHERE \(Self.isRefusedAndOld) ORDER BY id LIMIT \(max(limit, 1))
          """, arguments: Self.refused(before: time, keeping: devices))
      var bytes = 0
      for row in doomed {
        try db.execute(sql: "DELETE FROM quarantine WHERE id = ?", arguments: [row[0] as Int64])
        bytes += row[2] as Int
        try Self.tally(.recordings, (row[1] as String?).flatMap { DeviceID($0) }, run, sessions: 0, 1, row[2], db)
      }
      return DeletionStep(rows: doomed.count, bytes: bytes, isOver: doomed.count < max(limit, 1))
    }
  }

  /// See ``RetentionDeletion/cutLogs()``.
  public func cutLogs() async throws(StoreError) -> Bool {
    var isCut = true
    for file in [chunks, findings, alerts] where file.isWritable { isCut = try await file.cutLog() && isCut }
    return isCut
  }

  private static func names(_ reference: SessionReference) -> StatementArguments {
    [reference.device.name, Data(reference.session.bytes)]
  }

  private static func tally(
    _ kind: RetentionKind, _ device: DeviceID?, _ run: Int64, sessions: Int, _ rows: Int, _ bytes: Int, _ db: Database
  ) throws {
    guard sessions + rows > 0 else { return }
    try db.execute(
      sql: """
        INSERT INTO retention_tally (run, kind, device, sessions, rows, bytes) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (run, kind, device) DO UPDATE SET sessions = sessions + excluded.sessions,
          rows = rows + excluded.rows, bytes = bytes + excluded.bytes
        """, arguments: [run, kind.rawValue, device?.name ?? "", sessions, rows, bytes])
  }
}
