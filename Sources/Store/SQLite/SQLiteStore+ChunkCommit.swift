import Foundation
import GRDB
import Wire

extension SQLiteStore {
  /// Refused messages kept; the oldest go first.
  static let quarantineLimit = 1_000

  /// See ``ChunkStore/commit(_:)``.
  public func commit(_ batch: ChunkBatch) async throws(StoreError) -> ChunkCommit {
    let ledger = ledger
    return try await chunks.write { db in
      try ledger.begin(db)
      let commit = try Self.file(batch.chunks, ledger, db)
      try Self.file(batch.links, db)
      try Self.file(batch.telemetry, db)
      try Self.file(batch.quarantine, db)
      return commit
    } onFailure: {
      ledger.forget()
    }
  }

  private static func file(_ chunks: [ReceivedChunk], _ ledger: SessionLedger, _ db: Database) throws -> ChunkCommit {
    var outcomes: [ChunkOutcome] = []
    outcomes.reserveCapacity(chunks.count)
    var named: [SessionReference: SessionLedger.Entry] = [:]
    guard !chunks.isEmpty else { return ChunkCommit(outcomes: [], contiguous: [:]) }
    let insert = try db.cachedStatement(sql: "INSERT OR IGNORE INTO chunk (id, received, message) VALUES (?, ?, ?)")
    for chunk in chunks {
      let reference = SessionReference(device: chunk.device, session: chunk.header.session)
      guard let entry = try ledger.entry(reference, for: chunk, db), entry.keyVersion == chunk.header.keyVersion,
        chunk.header.sessionIV == entry.iv, chunk.header.sequence <= RowKey.highestSequence
      else {
        outcomes.append(.conflicting)
        continue
      }
      named[reference] = entry
      let key = RowKey.key(session: entry.row, sequence: chunk.header.sequence)
      let message = Data(chunk.message)
      insert.setUncheckedArguments([key, Int64(clamping: chunk.receivedAt), message])
      try insert.execute()
      guard db.changesCount > 0 else {
        let stored = try Data.fetchOne(
          db.cachedStatement(sql: "SELECT message FROM chunk WHERE id = ?"), arguments: [key])
        outcomes.append(stored == message ? .duplicate : .conflicting)
        continue
      }
      entry.progress.add(chunk.header.sequence, earliestHeld: chunk.header.earliestHeldSequence)
      entry.chunkCount += 1
      entry.lastReceivedAt = max(entry.lastReceivedAt, chunk.receivedAt)
      if entry.progress.highest == chunk.header.sequence { entry.lastCaptureTime = chunk.header.captureTime }
      entry.isDirty = true
      outcomes.append(.committed)
    }
    try update(named.values.filter(\.isDirty), db)
    var contiguous: [SessionReference: UInt64] = [:]
    contiguous.reserveCapacity(named.count)
    for (reference, entry) in named { contiguous[reference] = entry.progress.contiguous }
    return ChunkCommit(outcomes: outcomes, contiguous: contiguous)
  }

  /// Writes the sessions that a batch has advanced, once each, and gives every one its own revision.
  private static func update(_ entries: [SessionLedger.Entry], _ db: Database) throws {
    guard !entries.isEmpty else { return }
    var revision = try takeRevisions(entries.count, db)
    let update = try db.cachedStatement(
      sql: """
        UPDATE session SET last_received = ?, last_capture = ?, next = ?, highest = ?, earliest_held = ?,
          chunk_count = ?, revision = ? WHERE id = ?
        """)
    for entry in entries {
      if entry.progress.mayContinue { try walk(entry, db) }
      revision += 1
      update.setUncheckedArguments([
        Int64(clamping: entry.lastReceivedAt), Int64(clamping: entry.lastCaptureTime), Int64(entry.progress.next),
        Int64(entry.progress.highest ?? 0), Int64(entry.progress.earliestHeld), entry.chunkCount, revision, entry.row,
      ])
      try update.execute()
      entry.isDirty = false
    }
  }

  /// A gap was closed or declared lost: follows the chunks that are there already.
  private static func walk(_ entry: SessionLedger.Entry, _ db: Database) throws {
    let range = RowKey.range(session: entry.row, from: entry.progress.next)
    let keys = try Int64.fetchCursor(
      db.cachedStatement(sql: "SELECT id FROM chunk WHERE id BETWEEN ? AND ? ORDER BY id"),
      arguments: [range.lowerBound, range.upperBound])
    while let key = try keys.next(), entry.progress.found(RowKey.sequence(key)) {}
  }

  /// Reserves `count` revisions; the first is one above the result.
  static func takeRevisions(_ count: Int, _ db: Database) throws -> Revision {
    let last =
      try Int64.fetchOne(
        db.cachedStatement(sql: "UPDATE counter SET revision = revision + ? WHERE id = 1 RETURNING revision"),
        arguments: [count]) ?? 0
    return last - Int64(count)
  }

  private static func file(_ links: [LinkChange], _ db: Database) throws {
    for link in links {
      try db.cachedStatement(
        sql: """
          INSERT INTO device (device, status, status_since) VALUES (?, ?, ?)
          ON CONFLICT (device) DO UPDATE SET status = excluded.status, status_since = excluded.status_since
          """
      ).execute(arguments: [link.device.name, link.status.rawValue, Int64(clamping: link.at)])
    }
  }

  private static func file(_ telemetry: [DeviceTelemetry], _ db: Database) throws {
    for device in telemetry {
      try db.cachedStatement(
        sql: """
          INSERT INTO device (device, last_received, committed, duplicates, reordered, refused, lost, completeness,
            p50, p95, p99, jitter, backlog, firmware) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          ON CONFLICT (device) DO UPDATE SET last_received = excluded.last_received, committed = excluded.committed,
            duplicates = excluded.duplicates, reordered = excluded.reordered, refused = excluded.refused,
            lost = excluded.lost, completeness = excluded.completeness, p50 = excluded.p50, p95 = excluded.p95,
            p99 = excluded.p99, jitter = excluded.jitter, backlog = excluded.backlog, firmware = excluded.firmware
          """
      ).execute(arguments: [
        device.device.name, device.lastReceivedAt.map { Int64(clamping: $0) }, Int64(clamping: device.committed),
        Int64(clamping: device.duplicates), Int64(clamping: device.reordered), Int64(clamping: device.refused),
        Int64(clamping: device.lost), device.completeness, device.latencyMilliseconds?.p50,
        device.latencyMilliseconds?.p95, device.latencyMilliseconds?.p99, device.jitterMilliseconds,
        Int64(clamping: device.backlog), device.firmware,
      ])
    }
  }

  private static func file(_ quarantine: [QuarantinedMessage], _ db: Database) throws {
    guard !quarantine.isEmpty else { return }
    for refused in quarantine {
      try db.cachedStatement(
        sql: "INSERT INTO quarantine (device, topic, code, message, received) VALUES (?, ?, ?, ?, ?)"
      ).execute(arguments: [
        refused.device?.name, String(refused.topic.prefix(128)), refused.code.rawValue,
        Data(refused.message.prefix(SealedChunk.maximumEncodedSize)), Int64(clamping: refused.receivedAt),
      ])
    }
    try db.execute(
      sql: "DELETE FROM quarantine WHERE id <= (SELECT max(id) FROM quarantine) - ?", arguments: [quarantineLimit])
  }
}
