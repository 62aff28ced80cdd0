import Foundation
import GRDB
import Wire

/// What the writer remembers of sessions between commits, so that an in-order chunk costs no query.
/// Used on the writing connection only.
final class SessionLedger: Sendable {
  /// A session's row.
  final class Entry {
    let row: Int64
    let iv: SessionIV
    let keyVersion: KeyVersion
    var progress: SessionProgress
    var lastReceivedAt: UnixMicroseconds
    var lastCaptureTime: UnixMicroseconds
    var chunkCount: Int
    var isDirty = false

    init(
      row: Int64, iv: SessionIV, keyVersion: KeyVersion, progress: SessionProgress, lastReceivedAt: UnixMicroseconds,
      lastCaptureTime: UnixMicroseconds, chunkCount: Int
    ) {
      self.row = row
      self.iv = iv
      self.keyVersion = keyVersion
      self.progress = progress
      self.lastReceivedAt = lastReceivedAt
      self.lastCaptureTime = lastCaptureTime
      self.chunkCount = chunkCount
    }
  }

  /// Sessions remembered at once, about 400 bytes each; beyond it all are forgotten and read again when needed.
  private static let limit = 50_000

  private nonisolated(unsafe) var entries: [SessionReference: Entry] = [:]
  private nonisolated(unsafe) var dataVersion: Int64 = -1

  /// Begins a transaction: forgets everything if another connection has written (`PRAGMA data_version`).
  func begin(_ db: Database) throws {
    let version = try Int64.fetchOne(db.cachedStatement(sql: "PRAGMA data_version")) ?? 0
    if version != dataVersion || entries.count > Self.limit { entries.removeAll() }
    dataVersion = version
  }

  /// A transaction failed, or rows were deleted: what is remembered may not be on disk.
  func forget() { entries.removeAll() }

  /// The session of a chunk, made when this is its first one.
  func entry(_ reference: SessionReference, for chunk: ReceivedChunk, _ db: Database) throws -> Entry? {
    if let known = entries[reference] { return known }
    guard let iv = chunk.header.sessionIV else { return nil }
    let stored = try Row.fetchOne(
      db.cachedStatement(
        sql: """
          SELECT id, iv, key_version, next, highest, earliest_held, last_received, last_capture, chunk_count
          FROM session WHERE device = ? AND session = ?
          """),
      arguments: [reference.device.name, Data(reference.session.bytes)])
    let entry: Entry
    if let stored {
      guard let storedIV = SessionIV(stored[1] as Data) else { return nil }
      let count: Int = stored[8]
      entry = Entry(
        row: stored[0], iv: storedIV, keyVersion: KeyVersion(rawValue: stored[2]),
        progress: SessionProgress(
          next: UInt64(stored[3] as Int64), highest: count > 0 ? UInt64(stored[4] as Int64) : nil,
          earliestHeld: UInt64(stored[5] as Int64)),
        lastReceivedAt: UInt64(stored[6] as Int64), lastCaptureTime: UInt64(stored[7] as Int64), chunkCount: count)
    } else {
      let insert = try db.cachedStatement(
        sql: """
          INSERT INTO session (device, session, iv, key_version, first_received, last_received, last_capture,
            next, highest, earliest_held, chunk_count, revision) VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 0)
          """)
      let received = Int64(clamping: chunk.receivedAt)
      try insert.execute(arguments: [
        reference.device.name, Data(reference.session.bytes), Data(iv.bytes), chunk.header.keyVersion.rawValue,
        received, received, Int64(clamping: chunk.header.captureTime),
      ])
      entry = Entry(
        row: db.lastInsertedRowID, iv: iv, keyVersion: chunk.header.keyVersion, progress: SessionProgress(),
        lastReceivedAt: chunk.receivedAt, lastCaptureTime: chunk.header.captureTime, chunkCount: 0)
    }
    entries[reference] = entry
    return entry
  }
}
