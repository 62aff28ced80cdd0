import Foundation
import KeyVault
import Sealing
import Testing
import Wire

@Suite("Audit log")
struct AuditTests {
  @Test("A log that nobody touched is whole, with a checkpoint at every 1,024th entry")
  func whole() async throws {
    try await AuditHistory.with { history in
      let summary = try AuditVerifier.verify(directory: history.vault, publicKey: history.key)
      #expect(summary.count == history.count && summary.checkpoints == 3)
      #expect(summary.publicKey == history.key)
      let older = AuditVerifier.Mark(count: summary.count, chain: summary.checkpoint.chain)
      do {
        let authority = try KeyAuthority.open(directory: history.vault, root: history.root)
        try authority.recordClose()
      }
      #expect(history.finding(history.vault, atLeast: older) == nil)
      #expect(
        history.finding(history.vault, atLeast: .init(count: older.count, chain: .empty))?.sequence == older.count)
    }
  }

  @Test("A clock that goes back leaves a whole log, and an entry that says so")
  func clockGoesBack() async throws {
    try await TemporaryDirectory.with { directory in
      let clock = TestClock()
      let authority = try RunningVault.newVault(in: directory, clock: clock)
      let device = try TestDevice("pump-1")
      try device.enrol(in: authority)
      for step in [7200.0, -3600, 86_400, -90_000, -0.5] {
        clock.advance(by: step)
        _ = try authority.suspend(device.id, reason: "", actor: "svc.operator")
        _ = try authority.resume(device.id, reason: "", actor: "svc.operator")
      }
      _ = try authority.verifyAudit()
      let noticed = try authority.auditEntries(AuditSelection(actions: [.clock]))
      #expect(noticed.map(\.reason) == ["the clock went back 3600 s", "the clock went back 90000 s"])
    }
  }

  @Test("Texts are cut to their limits, and lose what would forge or hide something on a screen")
  func texts() throws {
    let entry = AuditEntry(
      sequence: 1, time: 2, actor: "a\u{1B}[2J\nb", action: .suspend, outcome: .done,
      object: String(repeating: "x", count: 1000), purpose: "",
      reason: "left\u{202E}right\u{2028}" + String(repeating: "é", count: 500))
    #expect(entry.actor == "a[2Jb")
    #expect(entry.object.count == 256)
    #expect(entry.reason.hasPrefix("leftrightéé") && entry.reason.utf8.count <= 400 && entry.reason.utf8.count > 397)
    #expect(AuditEntry(encoded: entry.encoded) == entry)
    var longer = entry.encoded
    longer.append(0)
    #expect(AuditEntry(encoded: longer) == nil && AuditEntry(encoded: []) == nil)
    #expect(AuditEntry(encoded: Array(entry.encoded.dropLast())) == nil)
  }

  @Test("Every action and outcome survives the log, and names are unique")
  func actions() {
    for action in AuditEntry.Action.allCases {
      for outcome in AuditEntry.Outcome.allCases {
        for sequence in [1, 23, 24, 255, 256, 65_535, 65_536, 1 << 32, UInt64(Int64.max)] {
          let entry = AuditEntry(
            sequence: sequence, time: sequence, actor: "local", action: action, outcome: outcome, object: "vault",
            purpose: "", reason: "")
          #expect(AuditEntry(encoded: entry.encoded) == entry)
        }
      }
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
      try AuditHistory.tamper(
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
