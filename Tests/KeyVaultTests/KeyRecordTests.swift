import KeyVault
import Sealing
import Testing
import Wire

@Suite("What the vault remembers of a key's life")
struct KeyRecordTests {
  /// How a device's first key gets into a state, and out of which state each operation takes it.
  private static let paths: [(state: KeyState, operations: [Operation])] = [
    (.active, []), (.suspended, [.suspend]), (.deactivated, [.deactivate]), (.compromised, [.compromise]),
    (.destroyed, [.destroy]), (.destroyedCompromised, [.compromise, .destroy]),
  ]

  enum Operation: String, CaseIterable, Sendable {
    case suspend, resume, deactivate, compromise, destroy

    var event: KeyState.Event { KeyState.Event(rawValue: rawValue)! }  // Each has the name of its event.

    var action: AuditEntry.Action {
      switch self {
      case .suspend: .suspend
      case .resume: .resume
      case .deactivate: .deactivate
      case .compromise: .reportCompromise
      case .destroy: .destroy
      }
    }
  }

  private func perform(_ operation: Operation, _ vault: TestVault, _ device: DeviceID) throws {
    let (actor, reason) = ("person:alice", "because \(operation.rawValue)")
    switch operation {
    case .suspend: _ = try vault.authority.suspend(device, reason: reason, actor: actor)
    case .resume: _ = try vault.authority.resume(device, reason: reason, actor: actor)
    case .deactivate: _ = try vault.authority.deactivate(device, reason: reason, actor: actor)
    case .compromise: _ = try vault.authority.reportCompromise(of: device, version: nil, reason: reason, actor: actor)
    case .destroy:
      let proposal = try vault.authority.proposeDestruction(of: device, days: 7, reason: reason, actor: actor)
      _ = try vault.authority.approve(proposal.id, actor: "person:bob")
      try vault.observe(seconds: 8 * 86_400)
      vault.clock.advance(by: 8 * 86_400)
      _ = try vault.authority.upkeep(elapsed: 0, wall: 0)
    }
  }

  @Test(
    "Every operation in every state: done and remembered with time, actor and reason, or refused, recorded, nothing changed"
  )
  func edges() async throws {
    for (state, path) in Self.paths {
      for operation in Operation.allCases {
        try await TestVault.with { vault in
          let device = try TestDevice("pump-1")
          try device.enrol(in: vault.authority)
          for step in path { try perform(step, vault, device.id) }
          #expect(try vault.states(device.id) == [state])
          vault.clock.advance(by: 3_600)
          let before = try vault.authority.history(of: "device/pump-1")
          let entries = try vault.authority.report().auditEntries
          let expected = state.after(operation.event)
          if let expected {
            try perform(operation, vault, device.id)
            #expect(try vault.states(device.id) == [expected], "\(state), \(operation)")
            let move = try #require(vault.authority.history(of: "device/pump-1").last)
            #expect(move.key == "device/pump-1/1" && move.event == operation.event)
            #expect(move.before == state && move.after == expected)
            #expect(move.actor == (operation == .destroy ? "vault" : "person:alice"))
            #expect(move.reason.contains("because \(operation.rawValue)"))
            #expect(move.time == vault.clock.now.unixMicroseconds)
            let entry = try #require(
              vault.authority.auditEntries(from: entries + 1).first { $0.action == operation.action })
            #expect(entry.outcome == .done && entry.object == "device/pump-1/1")
          } else {
            #expect(throws: VaultError.self, "\(state), \(operation)") { try perform(operation, vault, device.id) }
            #expect(try vault.authority.history(of: "device/pump-1") == before)
            #expect(try vault.states(device.id) == [state])
            let refusals = try vault.authority.auditEntries(from: entries + 1).filter { $0.outcome == .refused }
            #expect(refusals.map(\.object) == ["device/pump-1"], "\(state), \(operation)")
            #expect(refusals.allSatisfy { $0.actor == "person:alice" && !$0.reason.isEmpty })
          }
          _ = try vault.authority.verifyAudit()
        }
      }
    }
  }

  @Test("The vault's own keys have a history too: rotation of the tenant key, destruction of a backup key")
  func ownKeys() async throws {
    try await TestVault.with { vault in
      let device = try TestDevice("pump-1")
      try device.enrol(in: vault.authority)
      _ = try vault.authority.rotateTenantKey(reason: "a year went by", actor: "person:alice")
      #expect(try vault.authority.rewrap(actor: "vault") == nil)
      let moves = try vault.authority.history(of: "tenant-kek/1")
      #expect(moves.map(\.after) == [.active, .deactivated, .destroyed])
      #expect(moves.map(\.actor) == ["local", "person:alice", "vault"])
      try perform(.destroy, vault, device.id)
      #expect(try vault.authority.history(of: "backup/1").map(\.after) == [.active, .destroyed])
      #expect(try vault.authority.history(of: "backup/2").map(\.after) == [.active])
      let report = try vault.authority.report().ownKeys
      #expect(report.first { $0.id == "tenant-kek/1" }?.destroyed != nil)
      #expect(report.first { $0.id == "backup/2" }?.state == .active)
    }
  }

  @Test("A failure inside an operation leaves nothing of it, and is recorded")
  func failures() async throws {
    try await TestVault.with { vault in
      let device = try TestDevice("pump-1")
      try device.enrol(in: vault.authority)
      _ = try vault.authority.requestRotation(of: device.id, actor: "person:alice")
      try vault.tamper("UPDATE own_key SET uses = 2147483648 WHERE name = 'tenant-kek'")
      #expect(throws: VaultError(.limitReached, "")) {
        try device.rotate(in: vault.authority, version: 2, key: SecureRandom.bytes(32))
      }
      #expect(try vault.states(device.id) == [.active])
      let last = try #require(vault.authority.auditEntries(from: 1).last)
      #expect(last.outcome == .refused && last.actor == "device:pump-1" && last.reason.hasPrefix("limit-reached"))
      _ = try vault.authority.verifyAudit()
    }
  }
}
