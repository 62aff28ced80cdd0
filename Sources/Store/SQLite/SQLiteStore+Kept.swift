import Foundation
import GRDB
public import Wire

extension SQLiteStore {
  /// See ``RetentionStore/keptSessions(sizingBefore:)``. The files are read in the reverse order of how they are filled (alerts,
  /// findings, chunks): what is seen of a session in one is never missing in the next because it was not written yet.
  public func keptSessions(sizingBefore time: UnixMicroseconds) async throws(StoreError) -> [KeptSession] {
    let (alertsKept, states) = try await alerts.read { db in (try Self.keptAlerts(db), try Self.statesKept(db)) }
    let derived = try await findings.read { db in try Self.derivedKept(db) }
    let recordings = try await chunks.read { db in try Self.recordingsKept(db, sizingBefore: time) }
    var kept = recordings.mapValues { $0 }
    func update(_ reference: SessionReference, _ body: (inout KeptSession) -> Void) {
      body(&kept[reference, default: KeptSession(reference: reference)])
    }
    for (reference, part) in derived { update(reference) { $0.derived = part } }
    for (reference, part) in alertsKept { update(reference) { $0.alerts = part } }
    for reference in states { update(reference) { $0.hasPolicyState = true } }
    return Array(kept.values)
  }

  /// See ``RetentionStore/refusedMessages(receivedBefore:keeping:)``.
  public func refusedMessages(
    receivedBefore time: UnixMicroseconds, keeping devices: Set<DeviceID>
  ) async throws(StoreError) -> Int {
    try await chunks.read { db in
      try Int.fetchOne(
        db, sql: "SELECT count(*) FROM quarantine WHERE \(Self.isRefusedAndOld)",
        arguments: Self.refused(before: time, keeping: devices)) ?? 0
    }
  }

  /// A refused message is nobody's for certain: it goes by the device that it names.
  static let isRefusedAndOld =
    "received < ? AND (device IS NULL OR device NOT IN (SELECT value FROM json_each(?)))"

  static func refused(before time: UnixMicroseconds, keeping devices: Set<DeviceID>) -> StatementArguments {
    // Names are of letters, digits and hyphens: nothing in them has a meaning in JSON.
    [Int64(clamping: time), "[\(devices.map { "\"\($0.name)\"" }.joined(separator: ","))]"]
  }

  private static func recordingsKept(
    _ db: Database, sizingBefore time: UnixMicroseconds
  ) throws -> [SessionReference: KeptSession] {
    var kept: [SessionReference: KeptSession] = [:]
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT device, session, first_received, last_received, last_capture, chunk_count, CASE WHEN last_received < ?1 THEN
          (SELECT length(message) FROM chunk WHERE chunk.id BETWEEN session.id << 32 AND (session.id << 32) + 4294967295
            ORDER BY chunk.id LIMIT 1) END
        FROM session
        """, arguments: [Int64(clamping: time)])
    while let row = try rows.next() {
      guard let reference = reference(row[0], row[1]) else { throw unreadable("chunks.sqlite", "session") }
      let count: Int = row[5]
      kept[reference] = KeptSession(
        reference: reference,
        recording: KeptSession.Recording(
          firstReceivedAt: UInt64(row[2] as Int64), lastReceivedAt: UInt64(row[3] as Int64),
          lastCaptureTime: UInt64(row[4] as Int64), chunks: count, bytes: count * (row[6] as Int? ?? 0)))
    }
    return kept
  }

  private static func derivedKept(_ db: Database) throws -> [SessionReference: KeptSession.Derived] {
    var kept: [SessionReference: KeptSession.Derived] = [:]
    let rows = try Row.fetchCursor(db, sql: "SELECT device, session, advanced_at, finding_count FROM analysis")
    while let row = try rows.next() {
      guard let reference = reference(row[0], row[1]) else { throw unreadable("findings.sqlite", "analysis") }
      kept[reference] = KeptSession.Derived(touchedAt: UInt64(row[2] as Int64), findings: row[3], marks: 0)
    }
    let marks = try Row.fetchCursor(
      db, sql: "SELECT device, session, max(made_at), count(*) FROM mark GROUP BY device, session")
    while let row = try marks.next() {
      guard let reference = reference(row[0], row[1]) else { throw unreadable("findings.sqlite", "mark") }
      var part = kept[reference] ?? KeptSession.Derived(touchedAt: 0, findings: 0, marks: 0)
      part.touchedAt = max(part.touchedAt, UInt64(row[2] as Int64))
      part.marks = row[3]
      kept[reference] = part
    }
    return kept
  }

  /// When anything about an alert happened last.
  static let alertTouched = """
    max(opened_at, updated_at, coalesce(resolved_at, 0), coalesce(acknowledged_at, 0), coalesce(closed_at, 0),
      coalesce(snoozed_until, 0), coalesce((SELECT max(at) FROM alert_event WHERE alert_event.alert = alert.id), 0))
    """
  /// Whether a message about an alert still waits to be delivered.
  static let alertPending = """
    EXISTS (SELECT 1 FROM message WHERE message.alert = alert.id AND state = 'pending')
      OR EXISTS (SELECT 1 FROM gathered JOIN message ON message.id = gathered.message
        WHERE gathered.alert = alert.id AND state = 'pending')
    """

  private static func keptAlerts(_ db: Database) throws -> [SessionReference: [KeptSession.Alert]] {
    var kept: [SessionReference: [KeptSession.Alert]] = [:]
    let rows = try Row.fetchCursor(
      db,
      sql: "SELECT id, device, session, opened_at, \(alertTouched), state = 'resolved', \(alertPending) FROM alert")
    while let row = try rows.next() {
      guard let id = AlertID(row[0] as Data), let reference = reference(row[1], row[2]) else {
        throw unreadable("alerts.sqlite", "alert")
      }
      kept[reference, default: []].append(
        KeptSession.Alert(
          id: id, openedAt: UInt64(row[3] as Int64), touchedAt: UInt64(row[4] as Int64), isResolved: row[5],
          isBeingDelivered: row[6]))
    }
    return kept
  }

  private static func statesKept(_ db: Database) throws -> [SessionReference] {
    try Row.fetchAll(db, sql: "SELECT device, session FROM policy").map { row in
      guard let reference = reference(row[0], row[1]) else { throw unreadable("alerts.sqlite", "policy") }
      return reference
    }
  }

  private static func unreadable(_ file: String, _ table: String) -> StoreError {
    StoreError(.corrupt, "\(file) holds a row of \(table) that cannot be understood")
  }
}
