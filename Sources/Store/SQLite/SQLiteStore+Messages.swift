import Foundation
import GRDB
import Wire

extension SQLiteStore {
  private static let messageColumns = """
    id, alert, device, session, channel, state, attempts, next_attempt, created_at, delivered_at, last_error, box
    """
  /// Longest text kept of an attempt, in characters: a server's answer is not ours.
  private static let errorLimit = 500

  static func add(_ message: OutboxMessage, _ db: Database) throws {
    try db.cachedStatement(
      sql: "INSERT OR IGNORE INTO message (\(messageColumns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    ).execute(arguments: [
      message.id, Data(message.alert.bytes), message.reference.device.name, Data(message.reference.session.bytes),
      message.channel.rawValue, message.state.rawValue, message.attempts, Int64(clamping: message.nextAttemptAt),
      Int64(clamping: message.createdAt), message.deliveredAt.map { Int64(clamping: $0) },
      message.lastError.map { String($0.prefix(errorLimit)) }, Data(message.box),
    ])
    for other in message.others {
      try db.cachedStatement(sql: "INSERT OR IGNORE INTO gathered (alert, message) VALUES (?, ?)").execute(
        arguments: [Data(other.bytes), message.id])
    }
  }

  /// See ``AlertStore/dueMessages(now:limit:)``.
  public func dueMessages(now: UnixMicroseconds, limit: Int) async throws(StoreError) -> [OutboxMessage] {
    try await alerts.read { db in
      try Row.fetchAll(
        db.cachedStatement(
          sql: """
            SELECT \(Self.messageColumns) FROM message WHERE state = 'pending' AND next_attempt <= ?
            ORDER BY next_attempt, created_at, id LIMIT ?
            """), arguments: [Int64(clamping: now), max(limit, 0)]
      ).compactMap(Self.message)
    }
  }

  /// See ``AlertStore/nextDue()``.
  public func nextDue() async throws(StoreError) -> UnixMicroseconds? {
    try await alerts.read { db in
      try Int64.fetchOne(db, sql: "SELECT min(next_attempt) FROM message WHERE state = 'pending'").map { UInt64($0) }
    }
  }

  /// See ``AlertStore/record(_:)``. A message that was delivered or given up stays so.
  public func record(_ attempt: DeliveryAttempt) async throws(StoreError) {
    try await alerts.write { db in
      try db.cachedStatement(
        sql: """
          UPDATE message SET state = ?1, attempts = attempts + 1, next_attempt = ?2,
            delivered_at = CASE WHEN ?1 = 'delivered' THEN ?3 ELSE delivered_at END, last_error = ?4
          WHERE id = ?5 AND state = 'pending'
          """
      ).execute(arguments: [
        attempt.state.rawValue, Int64(clamping: attempt.nextAttemptAt), Int64(clamping: attempt.at),
        attempt.error.map { String($0.prefix(Self.errorLimit)) }, attempt.message,
      ])
      guard db.changesCount > 0 else { return }
      try db.cachedStatement(
        sql: "INSERT INTO attempt (message, at, state, next_attempt, error, receipt) VALUES (?, ?, ?, ?, ?, ?)"
      ).execute(arguments: [
        attempt.message, Int64(clamping: attempt.at), attempt.state.rawValue, Int64(clamping: attempt.nextAttemptAt),
        attempt.error.map { String($0.prefix(Self.errorLimit)) },
        attempt.receipt.map { String($0.prefix(Self.errorLimit)) },
      ])
    }
  }

  /// See ``AlertStore/attempts(of:)``.
  public func attempts(of messages: [String]) async throws(StoreError) -> [DeliveryAttempt] {
    try await alerts.read { db in
      try messages.flatMap { message in
        try Row.fetchAll(
          db.cachedStatement(
            sql: "SELECT message, state, at, next_attempt, error, receipt FROM attempt WHERE message = ? ORDER BY id"),
          arguments: [message]
        ).compactMap { row in
          DeliveryState(rawValue: row[1]).map { state in
            DeliveryAttempt(
              message: row[0], state: state, at: UInt64(row[2] as Int64), nextAttemptAt: UInt64(row[3] as Int64),
              error: row[4], receipt: row[5])
          }
        }
      }
    }
  }

  /// See ``AlertStore/messages(of:)``.
  public func messages(of alert: AlertID) async throws(StoreError) -> [OutboxMessage] {
    try await alerts.read { db in
      try Row.fetchAll(
        db.cachedStatement(
          sql: """
            SELECT \(Self.messageColumns) FROM message
            WHERE alert = ?1 OR id IN (SELECT message FROM gathered WHERE alert = ?1) ORDER BY created_at, id
            """),
        arguments: [Data(alert.bytes)]
      ).compactMap(Self.message)
    }
  }

  private static func message(_ row: Row) -> OutboxMessage? {
    guard let alert = AlertID(row[1] as Data), let reference = reference(row[2], row[3]),
      let channel = DeliveryChannel(rawValue: row[4]), let state = DeliveryState(rawValue: row[5])
    else { return nil }
    return OutboxMessage(
      id: row[0], alert: alert, reference: reference, channel: channel, state: state, attempts: row[6],
      nextAttemptAt: UInt64(row[7] as Int64), createdAt: UInt64(row[8] as Int64),
      deliveredAt: (row[9] as Int64?).map { UInt64($0) }, lastError: row[10], box: [UInt8](row[11] as Data))
  }
}
