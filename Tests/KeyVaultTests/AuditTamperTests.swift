import Crypto
import Foundation
import GRDB
import KeyVault
import Testing
import Wire

@Suite("Whatever is done to an audit log is found, and the first bad entry named")
struct AuditTamperTests {
  /// `Tests/Vectors/audit-tampering.json`, which `Tests/Interop/test_audit.py` reads too.
  private struct Corpus: Decodable {
    struct Tampering: Decodable {
      let name: String
      let sql: String
      let firstBadEntry: Place?
      let against: String?
    }

    /// A number, or a distance from the last entry.
    enum Place: Decodable {
      case number(UInt64)
      case afterLast(Int)

      private enum CodingKeys: String, CodingKey { case afterLast }

      init(from decoder: any Decoder) throws {
        if let number = try? decoder.singleValueContainer().decode(UInt64.self) {
          self = .number(number)
        } else {
          self = .afterLast(try decoder.container(keyedBy: CodingKeys.self).decode(Int.self, forKey: .afterLast))
        }
      }

      func sequence(last: UInt64) -> UInt64 {
        switch self {
        case .number(let number): number
        case .afterLast(let distance): UInt64(Int(last) + distance)
        }
      }
    }

    let tamperings: [Tampering]
  }

  @Test("The corpus of tamperings")
  func corpus() async throws {
    let vectors = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Vectors/audit-tampering.json")
    let corpus = try JSONDecoder().decode(Corpus.self, from: Data(contentsOf: vectors))
    #expect(corpus.tamperings.count >= 40)
    try await AuditHistory.with { history in
      let head = try AuditVerifier.verify(directory: history.vault, publicKey: history.key).checkpoint
      let witness = history.directory + "/witness"
      try (JSONEncoder().encode(head) + Data("\n".utf8)).write(to: URL(fileURLWithPath: witness))
      #expect(
        history.finding(history.vault, witness: witness, atLeast: .init(count: head.count, chain: head.chain)) == nil)
      for tampering in corpus.tamperings {
        try history.copy { copy in
          try AuditHistory.tamper(copy, tampering.sql)
          let finding = history.finding(
            copy, witness: tampering.against == "witness" ? witness : nil,
            atLeast: tampering.against == "mark" ? .init(count: head.count, chain: head.chain) : nil)
          #expect(finding != nil, "not found: \(tampering.name)")
          #expect(
            finding?.sequence == tampering.firstBadEntry?.sequence(last: history.count),
            "\(tampering.name): \(finding?.description ?? "")")
        }
      }
    }
  }

  /// Rewrites an entry and everything in the file that follows from it, but for signatures.
  private func rewrite(_ sequence: UInt64, in directory: String) throws -> AuditCheckpoint {
    let queue = try DatabaseQueue(path: directory + "/vault.sqlite")
    let position = try queue.write { database in
      var chain = AuditHash.empty
      var tree = MerkleRange()
      for row in try Row.fetchAll(database, sql: "SELECT seq, entry FROM audit ORDER BY seq") {
        var encoded = Array(row["entry"] as Data)
        if row["seq"] == Int64(sequence) {
          let entry = try #require(AuditEntry(encoded: encoded))
          encoded =
            AuditEntry(
              sequence: entry.sequence, time: entry.time, actor: "svc.nobody", action: entry.action,
              outcome: entry.outcome, object: entry.object, purpose: entry.purpose, reason: entry.reason
            ).encoded
        }
        chain = .node(chain, .leaf(encoded))
        try tree.append(.leaf(encoded)) { level, number, hash in
          try database.execute(
            sql: "UPDATE audit_node SET hash = ? WHERE level = ? AND number = ?",
            arguments: [Data(hash.bytes), level, Int64(number)])
        }
        try database.execute(
          sql: "UPDATE audit SET entry = ?, hash = ? WHERE seq = ?",
          arguments: [Data(encoded), Data(chain.bytes), row["seq"] as Int64])
      }
      try database.execute(sql: "UPDATE audit_head SET peaks = ?", arguments: [Data(tree.encodedPeaks)])
      return AuditCheckpoint(count: tree.count, chain: chain, root: tree.root, time: 0, vault: [])
    }
    try queue.close()
    return position
  }

  @Test("A history that was rewritten with right hashes lacks the vault's signatures")
  func rewritten() async throws {
    try await AuditHistory.with { history in
      for (sequence, firstBad) in [(3, 1024), (1500, 2048), (history.count, history.count)] {
        try history.copy { copy in
          _ = try rewrite(sequence, in: copy)
          #expect(history.finding(copy)?.sequence == firstBad)
        }
      }
      try history.copy { copy in
        // The same under a key of the intruder's, which the file names: whoever holds the vault's own key is not deceived.
        let position = try rewrite(3, in: copy)
        let forger = Curve25519.Signing.PrivateKey()
        let unsigned = AuditCheckpoint(
          count: position.count, chain: position.chain, root: position.root, time: 1,
          vault: [UInt8](repeating: 7, count: 16))
        let forged = unsigned.signed(try forger.signature(for: unsigned.statement))
        let queue = try DatabaseQueue(path: copy + "/vault.sqlite")
        try queue.write { database in
          try database.execute(
            sql: "UPDATE audit_head SET hash = ?, root = ?, time = 1, vault = ?, signature = ?",
            arguments: [
              Data(forged.chain.bytes), Data(forged.root.bytes), Data(forged.vault), Data(forged.signature),
            ])
          try database.execute(
            sql: "UPDATE meta SET value = ? WHERE name = 'audit-public-key'",
            arguments: [forger.publicKey.rawRepresentation])
        }
        try queue.close()
        #expect(history.finding(copy) != nil)
      }
    }
  }

  @Test("Removed files are found")
  func removedFiles() async throws {
    try await AuditHistory.with { history in
      try history.copy { copy in
        try FileManager.default.removeItem(atPath: copy + "/vault.sqlite")
        #expect(history.finding(copy) != nil)
      }
      #expect(history.finding(history.vault, witness: history.directory + "/no-witness") != nil)
      try history.copy { copy in
        try Data("this was a database".utf8).write(to: URL(fileURLWithPath: copy + "/vault.sqlite"))
        #expect(history.finding(copy) != nil)
      }
      // Entries that were committed but rest in SQLite's log alone: without it, the file is an older one.
      let authority = try KeyAuthority.open(directory: history.vault, root: history.root)
      let head = try authority.auditHead()
      try history.copy { copy in
        #expect(history.finding(copy, atLeast: .init(count: head.count, chain: head.chain)) == nil)
        try FileManager.default.removeItem(atPath: copy + "/vault.sqlite-wal")
        let finding = history.finding(copy, atLeast: .init(count: head.count, chain: head.chain))
        #expect(finding?.sequence == history.count + 1)
      }
    }
  }

  @Test("A vault whose log was cut off, or whose tree was changed, does not open")
  func refusesToOpen() async throws {
    try await AuditHistory.with { history in
      for statement in [
        "DELETE FROM audit WHERE seq = (SELECT MAX(seq) FROM audit)", "DELETE FROM audit_head",
        "UPDATE audit_head SET peaks = zeroblob(length(peaks))", "UPDATE audit_head SET count = count - 1",
      ] {
        try history.copy { copy in
          try AuditHistory.tamper(copy, statement)
          #expect(throws: VaultError(.corrupted, ""), "\(statement)") {
            try KeyAuthority.open(directory: copy, root: history.root)
          }
        }
      }
    }
  }

  @Test("A log that is changed behind a running vault's back gets no further signature")
  func changedWhileRunning() async throws {
    try await TemporaryDirectory.with { directory in
      let authority = try RunningVault.newVault(in: directory)
      _ = try authority.addGrant(.decryptor, device: nil, purpose: .session, actor: "local")
      let device = try TestDevice("pump-1")
      try device.enrol(in: authority)
      try AuditHistory.tamper(
        directory + "/vault",
        """
        DELETE FROM audit WHERE seq = (SELECT MAX(seq) FROM audit);
        UPDATE audit_head SET count = count - 1, hash = (SELECT hash FROM audit ORDER BY seq DESC LIMIT 1),
          peaks = zeroblob(32 * 10);
        """)
      let corrupted = VaultError(.corrupted, "")
      #expect(throws: corrupted) { try authority.suspend(device.id, reason: "", actor: "svc.operator") }
      let request = try TestSession(device.id).request()
      await #expect(throws: corrupted) { try await authority.sessionKeys([request], for: .decryptor) }
      #expect(try authority.device(device.id).keys.map(\.state) == [.active])
    }
  }
}
