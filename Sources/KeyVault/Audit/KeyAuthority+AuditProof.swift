internal import Foundation
internal import GRDB

extension KeyAuthority {
  /// Proves that an entry is in the log, against the signed head. Recorded.
  package func proveInclusion(of sequence: UInt64, actor: String) throws -> InclusionProof {
    try recordProof("audit/\(sequence)", isThere: { sequence > 0 && sequence <= $0 }, actor: actor)
    return try read { database in
      let head = try Self.signedPosition(database)
      let entry = try Data.fetchOne(
        database, sql: "SELECT entry FROM audit WHERE seq = ?", arguments: [Int64(bitPattern: sequence)])
      guard let entry else { throw VaultError(.corrupted, "entry \(sequence) of the audit log is missing") }
      return InclusionProof(
        entry: Array(entry), sequence: sequence,
        path: try MerkleTree(size: head.count, in: database).inclusionPath(of: sequence - 1), checkpoint: head)
    }
  }

  /// Proves that the log of `to` entries begins with the one of `from` entries. Recorded.
  /// - Parameters:
  ///   - from: the earlier number of entries.
  ///   - to: the later one; `nil` for the signed head.
  ///   - actor: who asks.
  package func proveConsistency(from: UInt64, to: UInt64?, actor: String) throws -> ConsistencyProof {
    guard from <= to ?? .max else { throw VaultError(.badRequest, "the earlier number of entries is the greater one") }
    try recordProof(
      "audit/\(from)-\(to.map { "\($0)" } ?? "head")", isThere: { max(from, to ?? 0) <= $0 }, actor: actor)
    return try read { database in
      let head = try Self.signedPosition(database)
      func tree(_ count: UInt64) throws -> ConsistencyProof.Tree {
        let row = try Row.fetchOne(
          database, sql: "SELECT * FROM audit_checkpoint WHERE count = ?", arguments: [Int64(bitPattern: count)])
        return ConsistencyProof.Tree(
          count: count, root: try MerkleTree(size: count, in: database).root(),
          checkpoint: try count == head.count ? head : row.map { try AuditCheckpoint($0) })
      }
      let later = to ?? head.count
      return ConsistencyProof(
        from: try tree(from), to: try tree(later),
        path: try MerkleTree(size: later, in: database).consistencyPath(from: from))
    }
  }

  private func recordProof(_ object: String, isThere: (UInt64) -> Bool, actor: String) throws(VaultError) {
    try commit(actor: actor) { database, audit -> Decision<Void> in
      guard isThere(try Self.signedPosition(database).count) else {
        try audit.append(.prove, .refused, object: object, reason: VaultError.Code.unknown.rawValue)
        return .refused(VaultError(.unknown, "the log does not have so many entries"))
      }
      try audit.append(.prove, object: object)
      return .done(())
    }
  }

  private static func signedPosition(_ database: Database) throws -> AuditCheckpoint {
    guard let row = try Row.fetchOne(database, sql: "SELECT * FROM audit_head") else {
      throw VaultError(.corrupted, "the signed head of the audit log is missing")
    }
    return try AuditCheckpoint(row)
  }
}

extension MerkleTree {
  /// The tree of a vault's file: kept subtrees where there are, entries below them.
  init(size: UInt64, in database: Database) {
    self.init(size: size) { level, number in
      if level >= AuditAppender.keptLevel {
        let kept = try Data.fetchOne(
          database, sql: "SELECT hash FROM audit_node WHERE level = ? AND number = ?",
          arguments: [level, Int64(bitPattern: number)])
        guard let hash = kept.flatMap({ AuditHash($0) }) else {
          throw VaultError(.corrupted, "the audit log's tree lacks node \(number) of level \(level)")
        }
        return hash
      }
      var subtree = MerkleRange()
      let rows = try Row.fetchCursor(
        database, sql: "SELECT entry FROM audit WHERE seq > ? AND seq <= ? ORDER BY seq",
        arguments: [Int64(bitPattern: number << UInt64(level)), Int64(bitPattern: (number + 1) << UInt64(level))])
      while let row = try rows.next() { subtree.append(.leaf(Array(row[0] as Data))) }
      guard subtree.count == 1 << UInt64(level) else {
        throw VaultError(.corrupted, "entries of the audit log are missing")
      }
      return subtree.root
    }
  }
}
