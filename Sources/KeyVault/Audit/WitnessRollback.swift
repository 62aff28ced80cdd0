internal import Foundation
internal import GRDB
internal import Glibc

/// What a witness's file says against a vault that is about to be opened.
package struct WitnessRollback: Error, Sendable {
  /// How much of the end of the file is read: hundreds of checkpoints, of which the last one matters.
  private static let tail = 64 * 1024

  /// What the accepted rollback gives up: `count:chain`, or a few words where the file itself is lost.
  let lost: String
  /// One sentence that says what is wrong.
  package let finding: String

  /// What to tell whoever opens the vault.
  package var refusal: VaultError {
    VaultError(
      .corrupted,
      """
      \(finding). Put the latest files of the vault back; if this is a restore that was meant, say so with \
      --accept-rollback, which the audit log will show
      """)
  }

  /// Compares a vault that is not open with a witness's file, without its root.
  /// - Parameters:
  ///   - directory: of the vault's file.
  ///   - file: the witness's.
  /// - Returns: `nil` if they agree, or if the vault has never handed a checkpoint to a file.
  /// - Throws: ``VaultError`` if one of them cannot be read.
  package static func find(directory: String, file: String) throws -> WitnessRollback? {
    var configuration = Configuration()
    configuration.readonly = true
    do {
      let queue = try DatabaseQueue(path: directory + "/" + VaultFile.fileName, configuration: configuration)
      return try queue.read { try find($0, tail: try end(of: file), file: file) }
    } catch let error as DatabaseError {
      throw VaultError(.storage, "the vault's file cannot be read (\(error.databaseReason))")
    } catch let finding as AuditVerifier.Finding {
      throw VaultError(.corrupted, "the audit log is not whole: \(finding.description)")
    }
  }

  private static func find(_ database: Database, tail: Data, file: String) throws -> WitnessRollback? {
    let key = try AuditVerifier.statedKey(database)
    let head = try AuditVerifier.signedHead(database, publicKey: key)
    let lines = try WitnessLines.parse(tail, vault: head.vault, publicKey: key)
    guard let last = lines.last else {
      let used = try KeyAuthority.auditEntries(
        AuditSelection(object: "witness/file", actions: [.witness]), limit: 1, database)
      guard let first = used.first else { return nil }
      return WitnessRollback(
        lost: "the witness's file",
        finding: "the witness's file \(file) is gone or empty, yet it was in use at entry \(first.sequence)")
    }
    let chain = try database.makeStatement(sql: "SELECT hash FROM audit WHERE seq = ?")
    func compare(_ restores: [String]) throws {
      _ = try WitnessLines.compare(lines, count: head.count, restores: restores) { line in
        try Data.fetchOne(chain, arguments: [Int64(bitPattern: line.count)]).flatMap { AuditHash($0) } == line.chain
      }
    }
    do {
      try compare([])
    } catch is AuditVerifier.Finding {
      // Only now is the log worth searching for a rollback that was accepted before.
      do {
        try compare(
          KeyAuthority.auditEntries(AuditSelection(actions: [.restore]), database).compactMap(\.acceptedRollback))
      } catch let finding as AuditVerifier.Finding {
        return WitnessRollback(lost: "\(last.count):\(last.chain.hex)", finding: finding.description)
      }
    }
    return nil
  }

  /// The end of a file, from the first line that is whole; empty if there is no such file.
  private static func end(of file: String) throws(VaultError) -> Data {
    guard access(file, F_OK) == 0 else { return Data() }
    do {
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: file))
      let size = try handle.seekToEnd()
      let start = size > UInt64(tail) ? size - UInt64(tail) : 0
      try handle.seek(toOffset: start)
      let data = try handle.readToEnd() ?? Data()
      try handle.close()
      return start == 0 ? data : Data(data.drop { $0 != UInt8(ascii: "\n") })
    } catch {
      throw VaultError(.storage, "the witness's file \(file) cannot be read")
    }
  }
}

extension KeyAuthority {
  /// Records that somebody accepts that the vault was rolled back.
  package func accept(_ rollback: WitnessRollback, actor: String) throws(VaultError) {
    try commit(actor: actor) { _, audit in
      try audit.append(
        .restore, object: "vault", purpose: AuditEntry.acceptsRollback, reason: rollback.lost)
      return .done(())
    }
  }
}
