import Foundation
import KeyVault
import KeyVaultClient
import Sealing
import Testing
import Wire

@Suite("What needs two people")
struct TwoPeopleTests {
  private func refused(_ code: VaultError.Code, _ body: () throws -> Void) {
    #expect(throws: VaultError(code, ""), performing: body)
  }

  @Test("Who proposed cannot approve, through no other door; another person can, once")
  func proposer() async throws {
    try await TestVault.with { vault in
      let device = try TestDevice("pump-1")
      try device.enrol(in: vault.authority)
      for (proposer, itself) in [
        ("person:alice", "person:alice"), ("person:alice", "dashboard:alice"), ("dashboard:alice", "person:alice"),
        ("dashboard:Alice", "person:alice"),
      ] {
        let proposal = try vault.authority.proposeDestruction(of: device.id, reason: "study over", actor: proposer)
        refused(.needsSecondPerson) { _ = try vault.authority.approve(proposal.id, actor: itself) }
        #expect(try vault.authority.destructions().isEmpty)
        #expect(try vault.authority.proposals().first?.state == .open)
        _ = try vault.authority.withdraw(proposal.id, reason: "test", actor: itself)
        refused(.stateForbids) { _ = try vault.authority.approve(proposal.id, actor: "person:bob") }
      }
      // Whoever sits at the machine is no second person, and no first one either.
      refused(.needsSecondPerson) {
        _ = try vault.authority.proposeDestruction(of: device.id, reason: "study over", actor: "svc.operator")
      }
      let proposal = try vault.authority.proposeDestruction(of: device.id, reason: "study over", actor: "person:alice")
      refused(.needsSecondPerson) { _ = try vault.authority.approve(proposal.id, actor: "svc.operator") }
      #expect(try vault.authority.approve(proposal.id, actor: "person:bob").state == .carriedOut)
      refused(.stateForbids) { _ = try vault.authority.approve(proposal.id, actor: "person:bob") }
      refused(.stateForbids) { _ = try vault.authority.withdraw(proposal.id, reason: "late", actor: "person:bob") }
      refused(.unknown) { _ = try vault.authority.approve(999, actor: "person:bob") }
      refused(.unknown) { _ = try vault.authority.withdraw(999, reason: "", actor: "person:bob") }
      #expect(try vault.authority.destructions().map(\.state) == [.waiting])
      #expect(try vault.authority.destructions().map(\.approver) == ["person:bob"])
      let entries = try vault.authority.auditEntries(from: 1)
      #expect(entries.count { $0.action == .approve && $0.outcome == .refused } == 11)
      #expect(entries.count { $0.action == .withdraw && $0.outcome == .refused } == 2)
    }
  }

  @Test(
    "A second destruction of a device is refused, and its proposal stays open; a destroyed device cannot be destroyed again"
  )
  func twice() async throws {
    try await TestVault.with { vault in
      let device = try TestDevice("pump-1")
      try device.enrol(in: vault.authority)
      let proposals = try (0..<3).map { _ in
        try vault.authority.proposeDestruction(of: device.id, days: 7, reason: "over", actor: "person:alice").id
      }
      _ = try vault.authority.approve(proposals[0], actor: "person:bob")
      refused(.stateForbids) { _ = try vault.authority.approve(proposals[1], actor: "person:bob") }
      #expect(try vault.authority.proposals().filter { $0.state == .open }.count == 2)
      try vault.observe(seconds: 7 * 86_400)
      vault.clock.advance(by: 7 * 86_400 - 10)
      _ = try vault.authority.withdraw(proposals[1], reason: "done", actor: "person:alice")
      vault.clock.advance(by: -60)
      vault.clock.advance(by: 70)
      #expect(try vault.authority.upkeep(elapsed: 0, wall: 0).destructions == [device.id])
      refused(.stateForbids) { _ = try vault.authority.approve(proposals[2], actor: "person:bob") }
      refused(.unknownDevice) {
        _ = try vault.authority.proposeDestruction(of: device.id, reason: "again", actor: "person:alice")
      }
      #expect(try vault.authority.certificate(ofDestruction: device.id).statement.contains("device/pump-1/1"))
    }
  }

  @Test("A proposal is void after a week, also where the clock jumped")
  func expiry() async throws {
    try await TestVault.with { vault in
      let proposal = try vault.authority.proposeRootRotation(reason: "new safe", actor: "person:alice")
      vault.clock.advance(by: 7 * 86_400)
      refused(.stateForbids) { _ = try vault.authority.approve(proposal.id, actor: "person:bob") }
      #expect(try vault.authority.proposals().map(\.state) == [.expired])
      vault.clock.advance(by: -60)
      #expect(try vault.authority.approve(proposal.id, actor: "person:bob").state == .approved)
    }
  }

  @Test("The first custodian needs nobody; everybody after needs a second person, and removal works at once")
  func people() async throws {
    try await TestVault.with { vault in
      func request(_ name: String) throws -> String {
        try PersonRequest.make(name, in: "\(vault.directory)/\(name)")
        return try String(contentsOfFile: "\(vault.directory)/\(name)/request.pem", encoding: .utf8)
      }
      func add(_ name: String, _ role: PersonRole, by actor: String) throws -> PersonAddition {
        try vault.authority.addPerson(name, role: role, request: request(name), reason: "joins", actor: actor)
      }
      // An auditor first is no bootstrap.
      guard case .proposed(let auditor) = try add("vera", .auditor, by: "svc.operator") else {
        Issue.record("an auditor was let in by one person")
        return
      }
      guard case .added = try add("alice", .custodian, by: "svc.operator") else {
        Issue.record("the first custodian was not let in")
        return
      }
      refused(.unknown) { _ = try vault.authority.certificate(ofPerson: "vera") }
      guard case .proposed(let second) = try add("bob", .custodian, by: "person:alice") else {
        Issue.record("a second custodian was let in by one person")
        return
      }
      refused(.needsSecondPerson) { _ = try vault.authority.approve(second.id, actor: "person:alice") }
      refused(.needsSecondPerson) { _ = try vault.authority.approve(auditor.id, actor: "svc.operator") }
      #expect(try vault.authority.approve(second.id, actor: "svc.operator").state == .carriedOut)
      #expect(try vault.authority.approve(auditor.id, actor: "person:bob").state == .carriedOut)
      #expect(try vault.authority.people().map(\.name) == ["alice", "bob", "vera"])
      refused(.stateForbids) { _ = try add("bob", .custodian, by: "person:alice") }
      try vault.authority.removePerson("bob", reason: "left", actor: "person:alice")
      refused(.unknown) { try vault.authority.removePerson("bob", reason: "left", actor: "person:alice") }
      // A removed custodian does not make the next one the first again.
      try vault.authority.removePerson("alice", reason: "left", actor: "svc.operator")
      guard case .proposed = try add("carol", .custodian, by: "svc.operator") else {
        Issue.record("a custodian was let in by one person")
        return
      }
    }
  }

  @Test("A legal hold is released by another person than the one who set it")
  func holds() async throws {
    try await TestVault.with { vault in
      let device = try TestDevice("pump-1")
      try device.enrol(in: vault.authority)
      try vault.authority.hold(device.id, reason: "court", actor: "person:alice")
      for actor in ["person:alice", "dashboard:alice"] {
        refused(.needsSecondPerson) { try vault.authority.releaseHold(device.id, reason: "", actor: actor) }
      }
      try vault.authority.releaseHold(device.id, reason: "settled", actor: "person:bob")
      refused(.unknown) { try vault.authority.releaseHold(device.id, reason: "", actor: "person:bob") }
    }
  }
}
