import Foundation
import GRDB
public import Wire

extension SQLiteStore: FindingStore {
  private static let analysisColumns =
    "device, session, analysed_through, advanced_at, finding_count, refused_chunks, revision"

  /// See `FindingStore.claim`. Every claim that is granted has a new epoch, also for the
  /// same owner: a forgotten twin of a restarted worker cannot commit any more.
  public func claim(
    _ reference: SessionReference, owner: String, leaseUntil: UnixMicroseconds, now: UnixMicroseconds
  ) async throws(StoreError) -> AnalysisClaim? {
    try await findings.write(ringing: false) { db in
      try Self.claim(reference, owner: owner, leaseUntil: leaseUntil, now: now, db)
    }
  }

  /// Claims several sessions in one transaction; each as `FindingStore.claim` says.
  public func claim(
    _ references: [SessionReference], owner: String, leaseUntil: UnixMicroseconds, now: UnixMicroseconds
  ) async throws(StoreError) -> [AnalysisClaim?] {
    try await findings.write(ringing: false) { db in
      try references.map { try Self.claim($0, owner: owner, leaseUntil: leaseUntil, now: now, db) }
    }
  }

  private static func claim(
    _ reference: SessionReference, owner: String, leaseUntil: UnixMicroseconds, now: UnixMicroseconds, _ db: Database
  ) throws -> AnalysisClaim? {
    // Taken or untouched: the row is left as it is while another owner's lease runs.
    try db.cachedStatement(
      sql: """
        INSERT INTO analysis (device, session, owner, lease_until, epoch, advanced_at, finding_count, refused_chunks,
          revision) VALUES (?1, ?2, ?3, ?4, 1, ?5, 0, 0, 0)
        ON CONFLICT (device, session) DO UPDATE SET owner = ?3, lease_until = ?4, epoch = epoch + 1
        WHERE owner = ?3 OR lease_until <= ?5
        """
    ).execute(arguments: [
      reference.device.name, Data(reference.session.bytes), owner, Int64(clamping: leaseUntil), Int64(clamping: now),
    ])
    guard db.changesCount > 0 else { return nil }
    return try Row.fetchOne(
      db.cachedStatement(
        sql: """
          SELECT epoch, analysed_through, checkpoint_sequence, checkpoint FROM analysis
          WHERE device = ? AND session = ?
          """), arguments: [reference.device.name, Data(reference.session.bytes)]
    ).map { row in
      var checkpoint: SealedCheckpoint?
      if let sequence = row[2] as Int64?, let box = row[3] as Data? {
        checkpoint = SealedCheckpoint(sequence: UInt64(sequence), box: [UInt8](box))
      }
      return AnalysisClaim(
        epoch: row[0], analysedThrough: (row[1] as Int64?).map { UInt64($0) }, checkpoint: checkpoint)
    }
  }

  /// See ``FindingStore/commit(_:now:)``. A part that does not continue at the stored position is refused as a lost
  /// claim is: somebody else has been there.
  public func commit(
    _ batch: [AnalysisCommit], now: UnixMicroseconds
  ) async throws(StoreError) -> [SessionReference] {
    try await findings.write { db in
      var lost: [SessionReference] = []
      for commit in batch {
        if try !Self.file(commit, now: now, db) { lost.append(commit.reference) }
      }
      return lost
    }
  }

  private static func file(_ commit: AnalysisCommit, now: UnixMicroseconds, _ db: Database) throws -> Bool {
    let held = try Row.fetchOne(
      db.cachedStatement(sql: "SELECT id, epoch, analysed_through FROM analysis WHERE device = ? AND session = ?"),
      arguments: [commit.reference.device.name, Data(commit.reference.session.bytes)])
    guard let held, held[1] as Int64 == commit.epoch, commit.analysedThrough <= RowKey.highestSequence else {
      return false
    }
    let row: Int64 = held[0]
    var position = held[2] as Int64? ?? -1
    guard Int64(commit.analysedThrough) >= position else { return false }
    for finding in commit.findings {
      guard let sequence = Int64(exactly: finding.sequence), sequence > position,
        finding.sequence <= commit.analysedThrough
      else { return false }
      position = sequence
    }
    let insert = try db.cachedStatement(sql: "INSERT INTO finding (id, box) VALUES (?, ?)")
    for finding in commit.findings {
      insert.setUncheckedArguments([RowKey.key(session: row, sequence: finding.sequence), Data(finding.box)])
      try insert.execute()
    }
    let revision = try takeRevisions(1, db) + 1
    try db.cachedStatement(
      sql: """
        UPDATE analysis SET analysed_through = ?, advanced_at = ?, finding_count = finding_count + ?,
          refused_chunks = ?, revision = ?, checkpoint_sequence = coalesce(?, checkpoint_sequence),
          checkpoint = coalesce(?, checkpoint) WHERE id = ?
        """
    ).execute(arguments: [
      Int64(commit.analysedThrough), Int64(clamping: now), commit.findings.count, commit.refusedChunks, revision,
      commit.checkpoint.map { Int64(clamping: $0.sequence) }, commit.checkpoint.map { Data($0.box) }, row,
    ])
    return true
  }

  /// See ``FindingStore/analyses(changedSince:limit:)``.
  public func analyses(changedSince revision: Revision, limit: Int) async throws(StoreError) -> [AnalysisRecord] {
    try await findings.read { db in
      try Row.fetchAll(
        db.cachedStatement(
          sql: """
            SELECT \(Self.analysisColumns) FROM analysis WHERE revision > ? ORDER BY revision LIMIT ?
            """), arguments: [max(revision, 0), max(limit, 0)]
      ).compactMap(Self.analysisRecord)
    }
  }

  /// See ``FindingStore/analysis(_:)``.
  public func analysis(_ reference: SessionReference) async throws(StoreError) -> AnalysisRecord? {
    try await findings.read { db in
      try Row.fetchOne(
        db.cachedStatement(sql: "SELECT \(Self.analysisColumns) FROM analysis WHERE device = ? AND session = ?"),
        arguments: [reference.device.name, Data(reference.session.bytes)]
      ).flatMap(Self.analysisRecord)
    }
  }

  /// See ``FindingStore/findings(of:from:limit:)``.
  public func findings(
    of reference: SessionReference, from sequence: UInt64, limit: Int
  ) async throws(StoreError) -> [SealedFinding] {
    guard sequence <= RowKey.highestSequence else { return [] }
    return try await findings.read { db in
      try Self.findings(of: reference, from: sequence, order: "", limit: limit, db)
    }
  }

  /// See ``FindingStore/latestFindings(of:count:)``.
  public func latestFindings(
    of reference: SessionReference, count: Int
  ) async throws(StoreError) -> [SealedFinding] {
    try await findings.read { db in
      try Self.findings(of: reference, from: 0, order: "DESC", limit: count, db).reversed()
    }
  }

  private static func findings(
    of reference: SessionReference, from sequence: UInt64, order: String, limit: Int, _ db: Database
  ) throws -> [SealedFinding] {
    guard
      let row = try Int64.fetchOne(
        db.cachedStatement(sql: "SELECT id FROM analysis WHERE device = ? AND session = ?"),
        arguments: [reference.device.name, Data(reference.session.bytes)])
    else { return [] }
    let range = RowKey.range(session: row, from: sequence)
    return try Row.fetchAll(
      db.cachedStatement(sql: "SELECT id, box FROM finding WHERE id BETWEEN ? AND ? ORDER BY id \(order) LIMIT ?"),
      arguments: [range.lowerBound, range.upperBound, max(limit, 0)]
    ).map { SealedFinding(sequence: RowKey.sequence($0[0]), box: [UInt8]($0[1] as Data)) }
  }

  private static func analysisRecord(_ row: Row) -> AnalysisRecord? {
    guard let device = DeviceID(row[0] as String), let session = SessionID(row[1] as Data) else { return nil }
    return AnalysisRecord(
      reference: SessionReference(device: device, session: session),
      analysedThrough: (row[2] as Int64?).map { UInt64($0) }, advancedAt: UInt64(row[3] as Int64),
      findingCount: row[4], refusedChunks: row[5], revision: row[6])
  }
}
