internal import Crypto
internal import Foundation
internal import GRDB

/// Checks an audit log without unsealing the vault: every entry, the chain, and every signature.
package enum AuditVerifier {
  /// What is wrong, and where first.
  package struct Finding: Error, Sendable, CustomStringConvertible {
    /// The first bad entry; `nil` where the fault lies in no entry.
    package let sequence: UInt64?
    /// One sentence.
    package let description: String
  }

  /// What a verified log holds.
  package struct Summary: Sendable {
    /// Number of entries.
    package let count: UInt64
    /// Head of the chain.
    package let head: [UInt8]
    /// Number of signed checkpoints, the head's own included.
    package let checkpoints: Int
    /// The key that signed them, 32 bytes.
    package let publicKey: [UInt8]
  }

  /// Verifies the log of the vault in a directory; another process may hold the vault open.
  /// - Parameter publicKey: the Ed25519 key to trust; `nil` to trust the one in the file.
  package static func verify(directory: String, publicKey: [UInt8]? = nil) throws -> Summary {
    guard VaultFile.exists(in: directory) else {
      throw VaultError(.notInitialised, "there is no vault in \(directory)")
    }
    do {
      var configuration = Configuration()
      configuration.readonly = true
      let queue = try DatabaseQueue(path: directory + "/" + VaultFile.fileName, configuration: configuration)
      return try queue.read { database in
        let stated = try VaultHeader(reading: database).auditPublicKey
        if let publicKey, publicKey != stated {
          throw Finding(sequence: nil, description: "the vault's audit key is not the one to trust")
        }
        return try verify(database, publicKey: publicKey ?? stated)
      }
    } catch let error as DatabaseError {
      throw Finding(sequence: nil, description: "the vault's file cannot be read: \(error.databaseReason)")
    }
  }

  static func verify(_ database: Database, publicKey: [UInt8]) throws -> Summary {
    let signed = try signedHead(database, publicKey: publicKey)
    var checkpoints: [UInt64: AuditCheckpoint] = [:]
    for row in try Row.fetchAll(database, sql: "SELECT count, hash, time, signature FROM audit_checkpoint") {
      let checkpoint = AuditCheckpoint(row)
      guard checkpoint.isSigned(by: publicKey) else {
        throw Finding(
          sequence: checkpoint.count,
          description: "the checkpoint at entry \(checkpoint.count) is not signed by the vault")
      }
      checkpoints[checkpoint.count] = checkpoint
    }
    var head = AuditChain.empty
    var count: UInt64 = 0
    let rows = try Row.fetchCursor(database, sql: "SELECT * FROM audit ORDER BY seq")
    while let row = try rows.next() {
      guard let entry = AuditEntry(row) else {
        throw Finding(sequence: count + 1, description: "entry \(count + 1) is not one that the vault writes")
      }
      guard entry.sequence == count + 1 else {
        throw Finding(
          sequence: count + 1, description: "entry \(count + 1) is missing: \(entry.sequence) follows \(count)")
      }
      head = AuditChain.head(after: head, entry: entry.encoded)
      count += 1
      guard head == Array(row["hash"] as Data) else {
        throw Finding(
          sequence: count, description: "entry \(count) was altered, inserted or moved: its hash does not follow")
      }
      if let checkpoint = checkpoints.removeValue(forKey: count), checkpoint.head != head {
        throw Finding(
          sequence: count, description: "the chain was rewritten at or before entry \(count): its checkpoint differs")
      }
    }
    guard count >= signed.count, checkpoints.isEmpty else {
      throw Finding(
        sequence: count + 1,
        description: "entry \(count + 1) is missing: \(signed.count) entries were signed, \(count) are there")
    }
    guard count == signed.count else {
      throw Finding(
        sequence: signed.count + 1,
        description: "entry \(signed.count + 1) was inserted: only \(signed.count) entries were signed")
    }
    guard head == signed.head else {
      throw Finding(
        sequence: count, description: "the chain was rewritten: the signed head differs after entry \(count)")
    }
    let kept = try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM audit_checkpoint") ?? 0
    let interval = AuditAppender.checkpointInterval
    guard UInt64(kept) >= min(1, count / interval) else {
      throw Finding(sequence: nil, description: "the checkpoints were removed")
    }
    return Summary(count: count, head: head, checkpoints: kept + 1, publicKey: publicKey)
  }

  /// The quick check of an opening vault: the signed head is there, and is that of the last entry.
  static func checkHead(_ database: Database, publicKey: [UInt8]) throws {
    do {
      guard try VaultHeader(reading: database).auditPublicKey == publicKey else {
        throw Finding(sequence: nil, description: "the audit key in the file is not the vault's")
      }
      let signed = try signedHead(database, publicKey: publicKey)
      let last = try Row.fetchOne(database, sql: "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")
      guard let last, (last["seq"] as Int64) == Int64(bitPattern: signed.count),
        Array(last["hash"] as Data) == signed.head
      else { throw Finding(sequence: signed.count, description: "the last entry is not the one that was signed") }
    } catch let finding as Finding {
      throw VaultError(.corrupted, "the audit log is not whole: \(finding.description)")
    }
  }

  private static func signedHead(_ database: Database, publicKey: [UInt8]) throws -> AuditCheckpoint {
    guard let row = try Row.fetchOne(database, sql: "SELECT count, hash, time, signature FROM audit_head") else {
      throw Finding(sequence: nil, description: "the signed head of the log is missing")
    }
    let head = AuditCheckpoint(row)
    guard head.isSigned(by: publicKey) else {
      throw Finding(sequence: nil, description: "the head of the log is not signed by the vault")
    }
    return head
  }
}

extension AuditCheckpoint {
  fileprivate init(_ row: Row) {
    self.init(
      count: UInt64(bitPattern: row["count"] as Int64), head: Array(row["hash"] as Data),
      time: UInt64(bitPattern: row["time"] as Int64), signature: Array(row["signature"] as Data))
  }
}

extension AuditEntry {
  /// Reads a row of the log; `nil` if it holds what the vault never writes.
  init?(_ row: Row) {
    guard let action = Action(rawValue: row["action"]), let outcome = Outcome(rawValue: row["outcome"]) else {
      return nil
    }
    self.init(
      sequence: UInt64(bitPattern: row["seq"] as Int64), time: UInt64(bitPattern: row["time"] as Int64),
      actor: row["actor"], action: action, outcome: outcome, object: row["object"], purpose: row["purpose"],
      reason: row["reason"])
  }
}
