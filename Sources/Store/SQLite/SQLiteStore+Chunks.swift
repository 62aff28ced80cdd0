import Foundation
import GRDB
public import Wire

extension SQLiteStore: ChunkStore {
  private static let sessionColumns = """
    device, session, iv, key_version, first_received, last_received, last_capture, next, highest, earliest_held,
    chunk_count, revision
    """

  /// See ``ChunkStore/sessions(changedSince:limit:)``.
  public func sessions(changedSince revision: Revision, limit: Int) async throws(StoreError) -> [SessionRecord] {
    try await chunks.read { db in
      try Row.fetchAll(
        db.cachedStatement(
          sql: "SELECT \(Self.sessionColumns) FROM session WHERE revision > ? ORDER BY revision LIMIT ?"),
        arguments: [revision, max(limit, 0)]
      ).compactMap(Self.sessionRecord)
    }
  }

  /// See ``ChunkStore/session(_:)``.
  public func session(_ reference: SessionReference) async throws(StoreError) -> SessionRecord? {
    try await chunks.read { db in
      try Row.fetchOne(
        db.cachedStatement(sql: "SELECT \(Self.sessionColumns) FROM session WHERE device = ? AND session = ?"),
        arguments: [reference.device.name, Data(reference.session.bytes)]
      ).flatMap(Self.sessionRecord)
    }
  }

  /// See ``ChunkStore/sessions(of:limit:)``.
  public func sessions(of device: DeviceID, limit: Int) async throws(StoreError) -> [SessionRecord] {
    try await chunks.read { db in
      try Row.fetchAll(
        db.cachedStatement(
          sql: """
            SELECT \(Self.sessionColumns) FROM session WHERE device = ? ORDER BY first_received DESC, id DESC LIMIT ?
            """),
        arguments: [device.name, max(limit, 0)]
      ).compactMap(Self.sessionRecord)
    }
  }

  /// See ``ChunkStore/chunks(of:from:limit:)``.
  public func chunks(
    of reference: SessionReference, from sequence: UInt64, limit: Int
  ) async throws(StoreError) -> [StoredChunk] {
    try await chunks.read { db in try Self.chunks(ChunkQuery(reference: reference, from: sequence, limit: limit), db) }
  }

  /// See ``ChunkStore/chunks(_:)``.
  public func chunks(_ queries: [ChunkQuery]) async throws(StoreError) -> [[StoredChunk]] {
    try await chunks.read { db in try queries.map { try Self.chunks($0, db) } }
  }

  private static func chunks(_ query: ChunkQuery, _ db: Database) throws -> [StoredChunk] {
    guard
      let row = try Int64.fetchOne(
        db.cachedStatement(sql: "SELECT id FROM session WHERE device = ? AND session = ?"),
        arguments: [query.reference.device.name, Data(query.reference.session.bytes)]),
      query.sequence <= RowKey.highestSequence
    else { return [] }
    let range = RowKey.range(session: row, from: query.sequence)
    let rows = try Row.fetchCursor(
      db.cachedStatement(sql: "SELECT id, received, message FROM chunk WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?"),
      arguments: [range.lowerBound, range.upperBound, max(query.limit, 0)])
    var stored: [StoredChunk] = []
    while let row = try rows.next() {
      stored.append(
        StoredChunk(
          sequence: RowKey.sequence(row[0]), message: [UInt8](row[2] as Data),
          receivedAt: UInt64(row[1] as Int64)))
    }
    return stored
  }

  /// See ``ChunkStore/devices()``.
  public func devices() async throws(StoreError) -> [DeviceTelemetry] {
    try await chunks.read { db in
      try Row.fetchAll(
        db.cachedStatement(
          sql: """
            SELECT device, status, status_since, last_received, committed, duplicates, reordered, refused, lost,
              completeness, p50, p95, p99, jitter, backlog, firmware FROM device ORDER BY device
            """)
      ).compactMap(Self.telemetry)
    }
  }

  private static func sessionRecord(_ row: Row) -> SessionRecord? {
    guard let device = DeviceID(row[0] as String), let session = SessionID(row[1] as Data),
      let iv = SessionIV(row[2] as Data)
    else { return nil }
    let next = UInt64(row[7] as Int64)
    return SessionRecord(
      reference: SessionReference(device: device, session: session), iv: iv, keyVersion: KeyVersion(rawValue: row[3]),
      firstReceivedAt: UInt64(row[4] as Int64), lastReceivedAt: UInt64(row[5] as Int64),
      lastCaptureTime: UInt64(row[6] as Int64), contiguous: next > 0 ? next - 1 : nil,
      highest: UInt64(row[8] as Int64), earliestHeld: UInt64(row[9] as Int64), chunkCount: row[10], revision: row[11])
  }

  private static func telemetry(_ row: Row) -> DeviceTelemetry? {
    guard let device = DeviceID(row[0] as String) else { return nil }
    var telemetry = DeviceTelemetry(device: device)
    telemetry.status = (row[1] as String?).flatMap(LinkStatus.init(rawValue:))
    telemetry.statusSince = (row[2] as Int64?).map { UInt64($0) }
    telemetry.lastReceivedAt = (row[3] as Int64?).map { UInt64($0) }
    telemetry.committed = UInt64(row[4] as Int64)
    telemetry.duplicates = UInt64(row[5] as Int64)
    telemetry.reordered = UInt64(row[6] as Int64)
    telemetry.refused = UInt64(row[7] as Int64)
    telemetry.lost = UInt64(row[8] as Int64)
    telemetry.completeness = row[9]
    if let p50 = row[10] as Double?, let p95 = row[11] as Double?, let p99 = row[12] as Double? {
      telemetry.latencyMilliseconds = LatencyPercentiles(p50: p50, p95: p95, p99: p99)
    }
    telemetry.jitterMilliseconds = row[13]
    telemetry.backlog = UInt64(row[14] as Int64)
    telemetry.firmware = row[15]
    return telemetry
  }
}
