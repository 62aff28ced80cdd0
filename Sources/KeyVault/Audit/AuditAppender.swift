internal import Foundation
internal import GRDB

/// Appends entries inside the transaction of the operations that they describe, and signs the new head: both are on
/// disk, or neither is.
struct AuditAppender {
  /// Distance between the checkpoints that are kept, besides the signed head of every transaction.
  static let checkpointInterval: UInt64 = 1024
  /// Longest reason that is kept, in characters.
  static let reasonLimit = 200

  private let database: Database
  private let actor: String
  private let time: UInt64
  private var count: UInt64
  private var head: [UInt8]
  private let firstCount: UInt64

  /// Number of entries, those of this transaction included.
  var length: UInt64 { count }

  /// Continues the log.
  init(_ database: Database, actor: String, time: UInt64) throws {
    self.database = database
    self.actor = actor
    self.time = time
    if let row = try database.cachedStatement(sql: "SELECT count, hash FROM audit_head").fetchFirst() {
      count = UInt64(bitPattern: row["count"] as Int64)
      head = Array(row["hash"] as Data)
    } else {
      count = 0
      head = AuditChain.empty
    }
    firstCount = count
  }

  /// Appends an entry.
  mutating func append(
    _ action: AuditEntry.Action, _ outcome: AuditEntry.Outcome = .done, object: String, purpose: String = "",
    reason: String = "", actor: String? = nil
  ) throws {
    let entry = AuditEntry(
      sequence: count + 1, time: time, actor: actor ?? self.actor, action: action, outcome: outcome, object: object,
      purpose: purpose, reason: String(reason.prefix(Self.reasonLimit)))
    head = AuditChain.head(after: head, entry: entry.encoded)
    count += 1
    try database.cachedStatement(
      sql: """
        INSERT INTO audit (seq, time, actor, action, outcome, object, purpose, reason, hash)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      Int64(bitPattern: entry.sequence), Int64(bitPattern: entry.time), entry.actor, entry.action.rawValue,
      entry.outcome.rawValue, entry.object, entry.purpose, entry.reason, Data(head),
    ])
  }

  /// Signs the head; call once, last in the transaction.
  func seal(signer: AuditSigner) throws {
    guard count > firstCount else { return }
    let checkpoint = try signer.checkpoint(count: count, head: head, time: time)
    let arguments: StatementArguments = [
      Int64(bitPattern: count), Data(head), Int64(bitPattern: time), Data(checkpoint.signature),
    ]
    try database.cachedStatement(
      sql: "INSERT OR REPLACE INTO audit_head (id, count, hash, time, signature) VALUES (1, ?, ?, ?, ?)"
    ).execute(arguments: arguments)
    if count / Self.checkpointInterval > firstCount / Self.checkpointInterval {
      try database.cachedStatement(
        sql: "INSERT INTO audit_checkpoint (count, hash, time, signature) VALUES (?, ?, ?, ?)"
      ).execute(arguments: arguments)
    }
  }
}

extension Statement {
  /// The first row, if any.
  func fetchFirst(_ arguments: StatementArguments = []) throws -> Row? { try Row.fetchOne(self, arguments: arguments) }
}
