import Foundation
import GRDB
import Wire

extension SQLiteStore: RetentionStore {
  /// See ``RetentionStore/retentionChanges()``.
  public func retentionChanges() async throws(StoreError) -> [RetentionChange] {
    try await registry.read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT number, kind, pseudonym, from_days, to_days, actor, at, effective_at FROM retention_change
          ORDER BY number
          """
      ).map { row in
        // A row that cannot be understood must not count as one that is not there.
        guard let kind = RetentionKind(rawValue: row[1]) else { throw Self.unreadable("retention_change") }
        return RetentionChange(
          number: row[0], kind: kind, patient: try Self.pseudonym(row[2], "retention_change"), from: row[3], to: row[4],
          actor: row[5], at: UInt64(row[6] as Int64), effectiveAt: UInt64(row[7] as Int64))
      }
    }
  }

  /// See ``RetentionStore/append(_:after:)``.
  public func append(_ changes: [RetentionChange], after last: Int64) async throws(StoreError) -> Bool {
    try await registry.write { db in
      guard try Int64.fetchOne(db, sql: "SELECT coalesce(max(number), 0) FROM retention_change") == last else {
        return false
      }
      for change in changes {
        try db.execute(
          sql: """
            INSERT INTO retention_change (kind, pseudonym, from_days, to_days, actor, at, effective_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
          arguments: [
            change.kind.rawValue, change.patient?.name, change.from, change.to, change.actor,
            Int64(clamping: change.at), Int64(clamping: change.effectiveAt),
          ])
      }
      return true
    }
  }

  /// See ``RetentionStore/retentionHolds()``.
  public func retentionHolds() async throws(StoreError) -> [RetentionHold] {
    try await registry.read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT number, pseudonym, device, from_time, until_time, reason, actor, at, released_by, released_at,
            release_reason FROM retention_hold ORDER BY number
          """
      ).map { row in
        let subject: RetentionHold.Subject
        if let patient = try Self.pseudonym(row[1], "retention_hold") {
          subject = .patient(patient)
        } else if let device = (row[2] as String?).flatMap({ DeviceID($0) }) {
          subject = .device(
            device, from: (row[3] as Int64?).map { UInt64($0) }, until: (row[4] as Int64?).map { UInt64($0) })
        } else {
          throw Self.unreadable("retention_hold")
        }
        var release: RetentionHold.Release?
        if let actor = row[8] as String?, let at = row[9] as Int64? {
          release = RetentionHold.Release(actor: actor, at: UInt64(at), reason: row[10] ?? "")
        }
        return RetentionHold(
          number: row[0], subject: subject, reason: row[5], actor: row[6], at: UInt64(row[7] as Int64),
          release: release)
      }
    }
  }

  /// See ``RetentionStore/place(_:)``.
  public func place(_ hold: RetentionHold) async throws(StoreError) -> RetentionHold {
    try await registry.write { db in
      var patient: String?
      var device: String?
      var range: (from: Int64?, until: Int64?) = (nil, nil)
      switch hold.subject {
      case .patient(let pseudonym): patient = pseudonym.name
      case .device(let id, let from, let until):
        device = id.name
        range = (from.map { Int64(clamping: $0) }, until.map { Int64(clamping: $0) })
      }
      try db.execute(
        sql: """
          INSERT INTO retention_hold (pseudonym, device, from_time, until_time, reason, actor, at)
          VALUES (?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [patient, device, range.from, range.until, hold.reason, hold.actor, Int64(clamping: hold.at)])
      return RetentionHold(
        number: db.lastInsertedRowID, subject: hold.subject, reason: hold.reason, actor: hold.actor, at: hold.at)
    }
  }

  /// See ``RetentionStore/releaseHold(_:_:)``.
  public func releaseHold(_ number: Int64, _ release: RetentionHold.Release) async throws(StoreError) -> Bool {
    try await registry.write { db in
      try db.execute(
        sql: """
          UPDATE retention_hold SET released_by = ?, released_at = ?, release_reason = ?
          WHERE number = ? AND released_at IS NULL
          """,
        arguments: [release.actor, Int64(clamping: release.at), release.reason, number])
      return db.changesCount == 1
    }
  }

  /// See ``RetentionStore/wearings()``.
  public func wearings() async throws(StoreError) -> [DeviceWearing] {
    try await registry.read { db in
      try Row.fetchAll(db, sql: "SELECT device, pseudonym, since FROM wearing ORDER BY number").map { row in
        guard let device = DeviceID(row[0] as String) else { throw Self.unreadable("wearing") }
        return DeviceWearing(
          device: device, patient: try Self.pseudonym(row[1], "wearing"), since: UInt64(row[2] as Int64))
      }
    }
  }

  /// See ``RetentionStore/begin(_:)``.
  public func begin(_ run: RetentionRun) async throws(StoreError) -> Int64 {
    try await registry.write(ringing: false) { db in
      let stays = try JSONEncoder().encode(run.stays)
      try db.execute(
        sql: "INSERT INTO retention_run (started_at, actor, stays) VALUES (?, ?, ?)",
        arguments: [Int64(clamping: run.startedAt), run.actor, String(decoding: stays, as: UTF8.self)])
      return db.lastInsertedRowID
    }
  }

  /// See ``RetentionStore/endRun(_:at:_:)``.
  public func endRun(
    _ number: Int64, at time: UnixMicroseconds, _ outcome: RetentionRun.Outcome
  ) async throws(StoreError) {
    try await registry.write { db in
      try db.execute(
        sql: "UPDATE retention_run SET ended_at = ?, outcome = ? WHERE number = ? AND ended_at IS NULL",
        arguments: [Int64(clamping: time), outcome.rawValue, number])
    }
  }

  /// See ``RetentionStore/retentionRuns(limit:)``.
  public func retentionRuns(limit: Int) async throws(StoreError) -> [RetentionRun] {
    let runs = try await registry.read { db in
      try Row.fetchAll(
        db,
        sql:
          "SELECT number, started_at, ended_at, actor, outcome, stays FROM retention_run ORDER BY number DESC LIMIT ?",
        arguments: [max(limit, 0)]
      ).map { row in
        let stays = try? JSONDecoder().decode([String: Int].self, from: Data((row[5] as String).utf8))
        return RetentionRun(
          number: row[0], startedAt: UInt64(row[1] as Int64), endedAt: (row[2] as Int64?).map { UInt64($0) },
          actor: row[3], outcome: (row[4] as String?).flatMap { RetentionRun.Outcome(rawValue: $0) },
          stays: stays ?? [:])
      }
    }
    guard let oldest = runs.last?.number else { return [] }
    var tallies: [Int64: [RetentionTally]] = [:]
    for file in [chunks, findings, alerts] {
      for (run, tally) in try await Self.tallies(in: file, from: oldest) { tallies[run, default: []].append(tally) }
    }
    return runs.map { run in
      RetentionRun(
        number: run.number, startedAt: run.startedAt, endedAt: run.endedAt, actor: run.actor, outcome: run.outcome,
        stays: run.stays, tallies: tallies[run.number] ?? [])
    }
  }

  private static func tallies(
    in file: SQLiteFile, from run: Int64
  ) async throws(StoreError) -> [(Int64, RetentionTally)] {
    try await file.read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT run, kind, device, sessions, rows, bytes FROM retention_tally WHERE run >= ? ORDER BY run, kind, device
          """, arguments: [run]
      ).compactMap { row in
        RetentionKind(rawValue: row[1]).map {
          (
            row[0],
            RetentionTally(
              kind: $0, device: DeviceID(row[2] as String), sessions: row[3], rows: row[4], bytes: row[5])
          )
        }
      }
    }
  }

  private static func pseudonym(_ name: String?, _ table: String) throws -> Pseudonym? {
    guard let name else { return nil }
    guard let pseudonym = Pseudonym(name) else { throw unreadable(table) }
    return pseudonym
  }

  private static func unreadable(_ table: String) -> StoreError {
    StoreError(.corrupt, "registry.sqlite holds a row of \(table) that cannot be understood")
  }
}
