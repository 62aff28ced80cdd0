internal import Foundation
internal import GRDB

/// Checks an audit log without unsealing the vault: every entry, the chain, the tree, every signature, and what a
/// witness saw. `docs/audit-verify.py` does the same, in the same order, and names the same first bad entry.
package enum AuditVerifier {
  /// What is wrong, and where first.
  package struct Finding: Error, Sendable, CustomStringConvertible {
    /// The first bad entry; `nil` where the fault lies in no entry.
    package let sequence: UInt64?
    /// One sentence.
    package let description: String

    init(_ sequence: UInt64?, _ description: String) {
      self.sequence = sequence
      self.description = description
    }
  }

  /// What whoever verifies knows from elsewhere: a log that is shorter, or another one, was rolled back.
  package struct Mark: Sendable {
    /// So many entries there were.
    package let count: UInt64
    /// Head of the chain after them.
    package let chain: AuditHash

    /// States what was seen.
    package init(count: UInt64, chain: AuditHash) {
      self.count = count
      self.chain = chain
    }
  }

  /// What a verified log holds.
  package struct Summary: Sendable {
    /// The signed head.
    package let checkpoint: AuditCheckpoint
    /// Number of signed checkpoints, the head's own included.
    package let checkpoints: Int
    /// Number of checkpoints in the witness's file that agree.
    package let witnessed: Int
    /// Rollbacks that somebody accepted, by what was lost: `count:chain`.
    package let acceptedRollbacks: [String]
    /// The key that signed, 32 bytes.
    package let publicKey: [UInt8]

    /// Number of entries.
    package var count: UInt64 { checkpoint.count }
    /// Head of the chain.
    package var head: [UInt8] { checkpoint.chain.bytes }
  }

  /// Verifies the log of the vault in a directory; another process may hold the vault open.
  /// - Parameters:
  ///   - directory: of the vault's file.
  ///   - publicKey: the Ed25519 key to trust; `nil` to trust the one in the file.
  ///   - witness: path of a witness's file.
  ///   - atLeast: what is known of the log from elsewhere.
  /// - Throws: ``Finding``.
  package static func verify(
    directory: String, publicKey: [UInt8]? = nil, witness: String? = nil, atLeast: Mark? = nil
  ) throws -> Summary {
    guard VaultFile.exists(in: directory) else {
      throw Finding(
        nil, "there is no \(VaultFile.fileName) in \(directory): it was removed, or this is another directory")
    }
    do {
      var configuration = Configuration()
      configuration.readonly = true
      let queue = try DatabaseQueue(path: directory + "/" + VaultFile.fileName, configuration: configuration)
      return try queue.read { database in
        let stated = try statedKey(database)
        guard publicKey == nil || publicKey == stated else {
          throw Finding(nil, "the vault's audit key is not the one to trust")
        }
        return try verify(database, publicKey: stated, witness: witness, atLeast: atLeast)
      }
    } catch let error as DatabaseError {
      throw Finding(nil, "the vault's file cannot be read: \(error.databaseReason)")
    }
  }

  static func verify(
    _ database: Database, publicKey: [UInt8], witness: String? = nil, atLeast: Mark? = nil
  ) throws -> Summary {
    let signed = try signedHead(database, publicKey: publicKey)
    let lines = try witness.map { try WitnessLines.read($0, vault: signed.vault, publicKey: publicKey) } ?? []
    let kept = try keptCheckpoints(database, vault: signed.vault, publicKey: publicKey)
    var replay = AuditReplay(
      signed: signed, kept: kept, nodes: try AuditReplay.nodes(database),
      wanted: lines.map(\.count) + (atLeast.map { [$0.count] } ?? []))
    try replay.run(database)
    let peaks = try Data.fetchOne(database, sql: "SELECT peaks FROM audit_head")
    try replay.finish(peaks: peaks ?? Data())
    if let atLeast {
      guard atLeast.count <= signed.count else {
        throw Finding(
          signed.count + 1, "the vault was rolled back: there were \(atLeast.count) entries, \(signed.count) are there")
      }
      guard replay.seen[atLeast.count]?.chain == atLeast.chain else {
        throw Finding(
          atLeast.count, "the log was rewritten at or before entry \(atLeast.count): its chain is not the one named")
      }
    }
    let agreeing = try WitnessLines.compare(
      lines, count: signed.count, restores: replay.restores
    ) { line in replay.seen[line.count].map { $0.agrees(with: line) } ?? false }
    return Summary(
      checkpoint: signed, checkpoints: kept.count + 1, witnessed: agreeing, acceptedRollbacks: replay.restores,
      publicKey: publicKey)
  }

  /// The quick check of an opening vault: the signed head is there, and is that of the last entry and of the tree.
  static func checkHead(_ database: Database, publicKey: [UInt8]) throws {
    do {
      guard try statedKey(database) == publicKey else {
        throw Finding(nil, "the audit key in the file is not the vault's")
      }
      let signed = try signedHead(database, publicKey: publicKey)
      let last = try Row.fetchOne(database, sql: "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")
      guard let last, (last["seq"] as Int64) == Int64(bitPattern: signed.count),
        AuditHash(last["hash"] as Data) == signed.chain
      else { throw Finding(signed.count, "the last entry is not the one that was signed") }
      let peaks = try Data.fetchOne(database, sql: "SELECT peaks FROM audit_head") ?? Data()
      guard MerkleRange(count: signed.count, peaks: peaks)?.root == signed.root else {
        throw Finding(nil, "the tree is not the one that was signed")
      }
    } catch let finding as Finding {
      throw VaultError(.corrupted, "the audit log is not whole: \(finding.description)")
    }
  }

  /// The key that the file names.
  static func statedKey(_ database: Database) throws -> [UInt8] {
    guard let key = try Data.fetchOne(database, sql: "SELECT value FROM meta WHERE name = 'audit-public-key'") else {
      throw Finding(nil, "the vault's file names no audit key")
    }
    return Array(key)
  }

  static func signedHead(_ database: Database, publicKey: [UInt8]) throws -> AuditCheckpoint {
    guard let row = try Row.fetchOne(database, sql: "SELECT * FROM audit_head") else {
      throw Finding(nil, "the signed head of the log is missing")
    }
    guard let head = try? AuditCheckpoint(row), head.isSigned(by: publicKey) else {
      throw Finding(nil, "the head of the log is not signed by the vault")
    }
    return head
  }

  private static func keptCheckpoints(
    _ database: Database, vault: [UInt8], publicKey: [UInt8]
  ) throws -> [UInt64: AuditCheckpoint] {
    var kept: [UInt64: AuditCheckpoint] = [:]
    for row in try Row.fetchAll(database, sql: "SELECT * FROM audit_checkpoint ORDER BY count") {
      let count = UInt64(bitPattern: row["count"] as Int64)
      guard let checkpoint = try? AuditCheckpoint(row), checkpoint.vault == vault, checkpoint.isSigned(by: publicKey),
        count.isMultiple(of: AuditCheckpoint.interval)
      else { throw Finding(count, "the checkpoint at entry \(count) is not one of the vault's") }
      kept[count] = checkpoint
    }
    return kept
  }
}
