internal import Foundation
internal import GRDB
internal import Sealing

/// Appends entries inside the transaction of the operations that they describe, and signs the new head: both are on
/// disk, or neither is.
struct AuditAppender {
  /// Perfect subtrees of this level and above are kept, so that a proof hashes few leaves: of 1,024 leaves and more.
  static let keptLevel = 10
  /// A clock that went back by more than this many microseconds is worth an entry.
  private static let clockTolerance: UInt64 = 1_000_000

  private let database: Database
  private let actor: String
  private let time: UInt64
  private let vault: [UInt8]
  private let firstTime: UInt64
  private let firstCount: UInt64
  private let firstChain: AuditHash
  private let firstRoot: AuditHash
  private var chain: AuditHash
  private var tree: MerkleRange
  /// Checkpoints to keep, not signed yet.
  private var due: [AuditCheckpoint] = []

  /// Number of entries, those of this transaction included.
  var length: UInt64 { tree.count }

  /// Continues the log.
  init(_ database: Database, actor: String, time: UInt64) throws {
    self.database = database
    self.actor = actor
    self.time = time
    if let row = try database.cachedStatement(sql: "SELECT * FROM audit_head").fetchFirst() {
      let head = try AuditCheckpoint(row)
      guard let tree = MerkleRange(count: head.count, peaks: row["peaks"] as Data) else {
        throw VaultError(.corrupted, "the head of the audit log does not hold the peaks of its tree")
      }
      self.tree = tree
      chain = head.chain
      vault = head.vault
      firstTime = head.time
    } else {
      tree = MerkleRange()
      chain = .empty
      vault = try SecureRandom.bytes(16)
      firstTime = time
    }
    firstCount = tree.count
    firstChain = chain
    firstRoot = tree.root
  }

  /// Appends an entry.
  mutating func append(
    _ action: AuditEntry.Action, _ outcome: AuditEntry.Outcome = .done, object: String, purpose: String = "",
    reason: String = "", actor: String? = nil
  ) throws {
    if tree.count == firstCount, time < firstTime, firstTime - time > Self.clockTolerance {
      try write(
        AuditEntry(
          sequence: tree.count + 1, time: time, actor: "local", action: .clock, outcome: .done, object: "vault",
          purpose: "", reason: "the clock went back \((firstTime - time) / 1_000_000) s"))
    }
    try write(
      AuditEntry(
        sequence: tree.count + 1, time: time, actor: actor ?? self.actor, action: action, outcome: outcome,
        object: object, purpose: purpose, reason: reason))
  }

  private mutating func write(_ entry: AuditEntry) throws {
    let encoded = entry.encoded
    let leaf = AuditHash.leaf(encoded)
    let database = database
    chain = .node(chain, leaf)
    try tree.append(leaf) { level, number, hash in
      guard level >= Self.keptLevel else { return }
      try database.cachedStatement(sql: "INSERT INTO audit_node (level, number, hash) VALUES (?, ?, ?)")
        .execute(arguments: [level, Int64(bitPattern: number), Data(hash.bytes)])
    }
    try database.cachedStatement(sql: "INSERT INTO audit (seq, entry, hash) VALUES (?, ?, ?)")
      .execute(arguments: [Int64(bitPattern: entry.sequence), Data(encoded), Data(chain.bytes)])
    if tree.count.isMultiple(of: AuditCheckpoint.interval) { due.append(position) }
  }

  private var position: AuditCheckpoint {
    AuditCheckpoint(count: tree.count, chain: chain, root: tree.root, time: time, vault: vault)
  }

  /// Signs the head; call once, last in the transaction.
  func seal(signer: AuditSigner) throws {
    guard tree.count > firstCount else { return }
    try signer.requireContinuation(count: firstCount, chain: firstChain, root: firstRoot)
    let keep = "INSERT INTO audit_checkpoint (count, hash, root, time, vault, signature) VALUES (?, ?, ?, ?, ?, ?)"
    for checkpoint in due {
      try database.cachedStatement(sql: keep).execute(arguments: signer.sign(checkpoint).arguments)
    }
    let head = try signer.sign(position)
    let replace = """
      INSERT OR REPLACE INTO audit_head (count, hash, root, time, vault, signature, peaks, id)
      VALUES (?, ?, ?, ?, ?, ?, ?, 1)
      """
    try database.cachedStatement(sql: replace).execute(arguments: head.arguments + [Data(tree.encodedPeaks)])
    database.afterNextTransaction { _ in signer.remember(head) }
  }
}

extension Statement {
  /// The first row, if any.
  func fetchFirst(_ arguments: StatementArguments = []) throws -> Row? { try Row.fetchOne(self, arguments: arguments) }
}

extension AuditCheckpoint {
  /// Reads a row of `audit_head` or `audit_checkpoint`.
  /// - Throws: ``VaultError/Code/corrupted`` if a hash is none.
  init(_ row: Row) throws {
    guard let chain = AuditHash(row["hash"] as Data), let root = AuditHash(row["root"] as Data) else {
      throw VaultError(.corrupted, "a checkpoint of the audit log holds no hash")
    }
    self.init(
      count: UInt64(bitPattern: row["count"] as Int64), chain: chain, root: root,
      time: UInt64(bitPattern: row["time"] as Int64), vault: Array(row["vault"] as Data),
      signature: Array(row["signature"] as Data))
  }

  /// As a row.
  fileprivate var arguments: StatementArguments {
    [
      Int64(bitPattern: count), Data(chain.bytes), Data(root.bytes), Int64(bitPattern: time), Data(vault),
      Data(signature),
    ]
  }
}
