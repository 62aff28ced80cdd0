import Foundation
import GRDB
import KeyVault
import Testing
import Wire

@Suite("What is decided by rows is signed")
struct PolicySealTests {
  /// A vault with something in every sealed table, closed.
  private func prepared(_ body: (TestVault) throws -> Void) async throws {
    try await TestVault.with { vault in
      let device = try TestDevice("pump-1")
      try device.enrol(in: vault.authority)
      try TestDevice("pump-2").enrol(in: vault.authority)
      _ = try vault.authority.revoke(DeviceID("pump-2")!, reason: "lost", actor: "svc.operator")  // It is a device id.
      _ = try vault.authority.addGrant(.decryptor, device: nil, purpose: .session, actor: "local")
      _ = try vault.authority.createClaim(for: device.id, actor: "svc.operator")
      _ = try vault.authority.proposeRootRotation(reason: "new safe", actor: "person:alice")
      let proposal = try vault.authority.proposeDestruction(of: device.id, reason: "over", actor: "person:alice")
      _ = try vault.authority.approve(proposal.id, actor: "person:bob")
      try vault.authority.hold(device.id, reason: "court", actor: "person:alice")
      try vault.observe(seconds: 60)
      try PersonRequest.make("alice", in: "\(vault.directory)/alice")
      _ = try vault.authority.addPerson(
        "alice", role: .custodian,
        request: String(contentsOfFile: "\(vault.directory)/alice/request.pem", encoding: .utf8), reason: "joins",
        actor: "svc.operator")
      try vault.close()
      try body(vault)
    }
  }

  @Test(
    "Who writes a row behind the vault's back, or takes one away, has a vault that does not open",
    arguments: [
      "INSERT INTO access_grant (service, device, purpose, created) VALUES ('svc.decryptor', '', 'findings', 1)",
      "UPDATE access_grant SET service = 'svc.notifier'", "DELETE FROM access_grant",
      "UPDATE destruction SET due = 1, observed_due = 0", "UPDATE destruction SET through = 99",
      """
      INSERT INTO destruction (device, through, reason, proposer, approver, scheduled, due, observed_due)
      VALUES ('pump-2', 1, '', 'person:alice', 'person:bob', 1, 2, 0)
      """,
      "DELETE FROM legal_hold", "UPDATE legal_hold SET actor = 'person:eve'", "UPDATE person SET role = 'auditor'",
      "INSERT INTO person SELECT 'mallory', role, serial, certificate, added, removed FROM person",
      "UPDATE proposal SET approver = 'person:bob', approved = 1 WHERE approver IS NULL",
      "UPDATE claim SET expires = expires + 1 WHERE used IS NULL", "UPDATE claim SET revoked = NULL, used = NULL",
      "UPDATE device SET revoked = NULL", "UPDATE device SET revoked_version = 0",
      "UPDATE meta SET value = CAST('99999999' AS BLOB) WHERE name = 'observed-seconds'",
      "DELETE FROM meta WHERE name = 'policy-seal'",
      "UPDATE meta SET value = zeroblob(64) WHERE name = 'policy-seal'",
    ])
  func tampering(_ statement: String) async throws {
    try await prepared { vault in
      try vault.tamper(statement)
      #expect(throws: VaultError(.corrupted, "")) { try vault.open() }
    }
  }

  @Test("What nobody decided may change: uses, notes, and rows that are over")
  func harmless() async throws {
    try await prepared { vault in
      try vault.tamper("UPDATE device_key SET uses = uses + 1; UPDATE destruction SET used_meanwhile = 1")
      try vault.open()
    }
  }

  @Test("An earlier set of rows does not pass with its own signature")
  func replay() async throws {
    try await prepared { vault in
      let signature = try vault.value(Data.self, "SELECT value FROM meta WHERE name = 'policy-seal'")
      try vault.open()
      let grant = try #require(vault.authority.grants().first)
      try vault.authority.removeGrant(grant.id, actor: "svc.operator")
      try vault.close()
      try vault.tamper(
        """
        INSERT INTO access_grant (id, service, device, purpose, created)
        VALUES (\(grant.id), 'svc.decryptor', '', 'session', 1);
        UPDATE meta SET value = ? WHERE name = 'policy-seal'
        """, [signature])
      #expect(throws: VaultError(.corrupted, "")) { try vault.open() }
    }
  }

  @Test("A vault that is open goes on with nothing once a row was changed")
  func running() async throws {
    try await prepared { vault in
      try vault.open()
      try vault.tamper("DELETE FROM legal_hold")
      #expect(throws: VaultError(.corrupted, "")) {
        try vault.authority.requestRotation(of: TestDevice("pump-1").id, actor: "svc.operator")
      }
    }
  }
}
