import Crypto
import Foundation
import GRDB
import KeyVault
import Sealing
import Testing
import Wire

@Suite("Audit log")
struct AuditTests {
  /// A vault with some history, closed; `body` gets its directory and its audit key.
  private func withHistory(_ body: (String, [UInt8]) throws -> Void) async throws {
    try await TemporaryDirectory.with { directory in
      let key: [UInt8]
      do {
        let authority = try RunningVault.newVault(in: directory)
        key = authority.auditPublicKey
        for number in 1...3 { try TestDevice("pump-\(number)").enrol(in: authority) }
        try authority.recordClose()
      }
      try body(directory + "/vault", key)
    }
  }

  private func tamper(_ directory: String, _ statement: String) throws {
    let queue = try DatabaseQueue(path: directory + "/vault.sqlite")
    try queue.write { try $0.execute(sql: statement) }
    try queue.close()
  }

  @Test("A log that nobody touched is whole")
  func whole() async throws {
    try await withHistory { directory, key in
      let summary = try AuditVerifier.verify(directory: directory, publicKey: key)
      #expect(summary.count > 10)
      #expect(summary.publicKey == key)
    }
  }

  struct Tampering: Sendable, CustomTestStringConvertible {
    let name: String
    let statement: String
    let firstBad: UInt64?
    var testDescription: String { name }
  }

  @Test(
    "What an intruder does to the file is found, and the first bad entry named",
    arguments: [
      Tampering(name: "edit", statement: "UPDATE audit SET reason = 'nothing' WHERE seq = 4", firstBad: 4),
      Tampering(name: "edit of the hash", statement: "UPDATE audit SET hash = zeroblob(32) WHERE seq = 5", firstBad: 5),
      Tampering(name: "unknown action", statement: "UPDATE audit SET action = 'nap' WHERE seq = 5", firstBad: 5),
      Tampering(name: "deletion", statement: "DELETE FROM audit WHERE seq = 6", firstBad: 6),
      Tampering(
        name: "deletion, closed up",
        statement: """
          DELETE FROM audit WHERE seq = 6;
          UPDATE audit SET seq = -seq WHERE seq > 6; UPDATE audit SET seq = -seq - 1 WHERE seq < 0;
          """, firstBad: 6),
      Tampering(
        name: "insertion",
        statement: """
          UPDATE audit SET seq = -seq WHERE seq > 6; UPDATE audit SET seq = -seq + 1 WHERE seq < 0;
          INSERT INTO audit SELECT 7, time, actor, action, outcome, object, purpose, reason, hash FROM audit WHERE seq = 6;
          """, firstBad: 7),
      Tampering(
        name: "reordering",
        statement: """
          UPDATE audit SET seq = -1 WHERE seq = 5; UPDATE audit SET seq = 5 WHERE seq = 6;
          UPDATE audit SET seq = 6 WHERE seq = -1;
          """, firstBad: 5),
      Tampering(
        name: "truncation", statement: "DELETE FROM audit WHERE seq > (SELECT MAX(seq) - 2 FROM audit)", firstBad: nil),
      Tampering(name: "everything gone", statement: "DELETE FROM audit", firstBad: 1),
      Tampering(name: "no signed head", statement: "DELETE FROM audit_head", firstBad: nil),
      Tampering(
        name: "truncation with a forged head",
        statement: """
          DELETE FROM audit WHERE seq > 5;
          UPDATE audit_head SET count = 5, hash = (SELECT hash FROM audit WHERE seq = 5);
          """, firstBad: nil),
      Tampering(
        name: "another key", statement: "UPDATE meta SET value = zeroblob(32) WHERE name = 'audit-public-key'",
        firstBad: nil),
    ])
  func tampering(_ tampering: Tampering) async throws {
    try await withHistory { directory, key in
      try tamper(directory, tampering.statement)
      let finding = #expect(throws: AuditVerifier.Finding.self) {
        try AuditVerifier.verify(directory: directory, publicKey: key)
      }
      if let firstBad = tampering.firstBad { #expect(finding?.sequence == firstBad) }
    }
  }

  @Test("A rewritten chain with right hashes still lacks the vault's signature")
  func rewritten() async throws {
    try await withHistory { directory, key in
      let queue = try DatabaseQueue(path: directory + "/vault.sqlite")
      try queue.write { database in
        try database.execute(sql: "DELETE FROM audit WHERE seq > 3")
        try database.execute(sql: "UPDATE audit SET actor = 'svc.nobody' WHERE seq = 3")
        var head = try Data.fetchOne(database, sql: "SELECT hash FROM audit WHERE seq = 2").map { Array($0) } ?? []
        // Sequence, time and all else of entry 3 as they are, but for the actor: hashed as the vault does.
        let row = try Row.fetchOne(database, sql: "SELECT * FROM audit WHERE seq = 3")!  // It was written above.
        let entry = AuditEntry(
          sequence: 3, time: UInt64(row["time"] as Int64), actor: row["actor"],
          action: AuditEntry.Action(rawValue: row["action"]) ?? .open, outcome: .done, object: row["object"],
          purpose: row["purpose"], reason: row["reason"])
        head = AuditChain.head(after: head, entry: entry.encoded)
        try database.execute(sql: "UPDATE audit SET hash = ? WHERE seq = 3", arguments: [Data(head)])
        let forger = Curve25519.Signing.PrivateKey()
        let checkpoint = AuditCheckpoint(count: 3, head: head, time: 0, signature: [])
        let signature = try forger.signature(for: checkpoint.statement)
        try database.execute(
          sql: "UPDATE audit_head SET count = 3, hash = ?, time = 0, signature = ?", arguments: [Data(head), signature])
      }
      try queue.close()
      #expect(throws: AuditVerifier.Finding.self) { try AuditVerifier.verify(directory: directory, publicKey: key) }
    }
  }

  @Test("A vault whose log was cut off does not open")
  func refusesToOpen() async throws {
    try await withHistory { directory, _ in
      try tamper(directory, "DELETE FROM audit WHERE seq = (SELECT MAX(seq) FROM audit)")
      #expect(throws: VaultError(.corrupted, "")) {
        try KeyAuthority.open(directory: directory, root: .keyFile(path: directory + "/../root.key"))
      }
    }
  }

  @Test("Checkpoints are kept, and their removal or alteration is found")
  func checkpoints() async throws {
    try await TemporaryDirectory.with { directory in
      let key: [UInt8]
      do {
        let authority = try RunningVault.newVault(in: directory)
        key = authority.auditPublicKey
        let device = try TestDevice("pump-1")
        try device.enrol(in: authority)
        let sessions = try (0..<600).map { _ in try TestSession(device.id).request() }
        for _ in 0..<4 { _ = try await authority.sessionKeys(sessions, for: .decryptor) }
      }
      let vault = directory + "/vault"
      #expect(try AuditVerifier.verify(directory: vault, publicKey: key).checkpoints == 3)
      try tamper(vault, "UPDATE audit_checkpoint SET time = time + 1")
      #expect(throws: AuditVerifier.Finding.self) { try AuditVerifier.verify(directory: vault, publicKey: key) }
      try tamper(vault, "DELETE FROM audit_checkpoint")
      #expect(throws: AuditVerifier.Finding.self) { try AuditVerifier.verify(directory: vault, publicKey: key) }
    }
  }

  @Test("Where the log cannot be written, nothing happens")
  func failsClosed() async throws {
    try await TemporaryDirectory.with { directory in
      let authority = try RunningVault.newVault(in: directory)
      let device = try TestDevice("pump-1")
      try device.enrol(in: authority)
      _ = try authority.addGrant(.decryptor, device: nil, purpose: .session, actor: "local")
      _ = try authority.addGrant(.dashboard, device: nil, purpose: .patients, actor: "local")
      let claim = try authority.createClaim(for: TestDevice("pump-2").id, actor: "svc.operator")
      let request = try TestSession(device.id).request()
      _ = try await authority.sessionKeys([request], for: .decryptor)
      let entries = try authority.report().auditEntries
      try tamper(
        directory + "/vault",
        "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'disk full'); END")

      let blocked = VaultError(.auditUnavailable, "")
      await #expect(throws: blocked) { try await authority.sessionKeys([request], for: .decryptor) }
      #expect(throws: blocked) { try authority.recordKey(.patients, for: .dashboard) }
      #expect(throws: blocked) { try authority.createClaim(for: device.id, actor: "svc.operator") }
      #expect(throws: blocked) { try authority.revokeClaim(claim.id, actor: "svc.operator") }
      #expect(throws: blocked) { try authority.suspend(device.id, reason: "", actor: "svc.operator") }
      #expect(throws: blocked) { try authority.requestRotation(of: device.id, actor: "svc.operator") }
      #expect(throws: blocked) {
        try authority.addGrant(.broker, device: nil, purpose: .session, actor: "svc.operator")
      }
      #expect(throws: blocked) { try authority.issueIdentity(for: .broker) }
      #expect(throws: blocked) { try TestDevice("pump-2").enrol(in: authority) }

      let report = try authority.device(device.id)
      #expect(report.keys.map(\.state) == [.active])
      #expect(report.keys.map(\.uses) == [1])
      #expect(report.pendingVersion == nil)
      #expect(try authority.grants().count == 2)
      #expect(try authority.report().openClaims == 1)
      #expect(try authority.report().auditEntries == entries)
    }
  }

  @Test("Every release and every refusal says who, which key, what for and why")
  func entries() async throws {
    try await TemporaryDirectory.with { directory in
      let authority = try RunningVault.newVault(in: directory)
      let device = try TestDevice("pump-1")
      try device.enrol(in: authority)
      _ = try authority.addGrant(.notifier, device: nil, purpose: .findings, actor: "local")
      let session = try TestSession(device.id)
      let before = try authority.report().auditEntries
      _ = try await authority.sessionKeys(
        [session.request(version: 1, [.findings]), session.request(version: 1, [.session])], for: .notifier)
      let entries = try authority.auditEntries(from: before + 1)
      #expect(entries.map(\.actor) == ["svc.notifier", "svc.notifier"])
      #expect(entries.map(\.object) == ["device/pump-1/1", "device/pump-1/1"])
      #expect(entries.map(\.purpose) == ["findings", "session"])
      #expect(entries.map(\.outcome) == [.done, .refused])
      #expect(entries.map(\.reason) == ["session \(session.session)", "no-grant, session \(session.session)"])
    }
  }
}
