import Foundation
import KeyVault
import KeyVaultClient
import Sealing
import Testing
import Wire

@Suite("Two operators at the same moment, over two connections")
struct RaceTests {
  /// Lets both do the same at once; returns who got it done.
  private func race(
    _ alice: HTTPSClient, _ bob: HTTPSClient, _ method: String, _ path: String, _ body: String? = nil
  ) async throws -> [Int] {
    async let first = alice.send(method, path, body)
    async let second = bob.send(method, path, body)
    return try await [first.status, second.status].sorted()
  }

  @Test("Exactly one wins, the other is refused, and the log tells in which order")
  func races() async throws {
    try await RunningVault.with { vault in
      let alice = try await vault.person("alice", .custodian)
      let bob = try await vault.person("bob", .custodian)
      var proposals: [Int64] = []
      for round in 0..<8 {
        let device = try TestDevice("pump-\(round)")
        try device.enrol(in: vault.authority)
        let path = "/v1/devices/\(device.id)"
        let reason = #"{"reason":"race"}"#

        #expect(try await race(alice, bob, "POST", path + "/suspension", reason) == [200, 409])
        #expect(try vault.authority.device(device.id).keys.map(\.state) == [.suspended])
        #expect(try await race(alice, bob, "DELETE", path + "/suspension?reason=race") == [200, 409])
        #expect(try vault.authority.device(device.id).keys.map(\.state) == [.active])
        // To ask for a rotation twice is to ask for the same one.
        #expect(try await race(alice, bob, "POST", path + "/rotation") == [200, 200])
        #expect(try vault.authority.device(device.id).pendingVersion == 2)

        let proposal = try vault.authority.proposeDestruction(of: device.id, reason: "race", actor: "person:dora")
        proposals.append(proposal.id)
        #expect(try await race(alice, bob, "POST", "/v1/proposals/\(proposal.id)/approval", reason) == [200, 409])
        #expect(try vault.authority.destructions().filter { $0.device == device.id }.count == 1)
        #expect(try await race(alice, bob, "DELETE", path + "/destruction?reason=race") == [200, 404])
        #expect(try vault.authority.device(device.id).isDestructionScheduled == false)
        #expect(try await race(alice, bob, "POST", path + "/deactivation", reason) == [200, 409])
        #expect(try await race(alice, bob, "POST", path + "/compromise", reason) == [200, 409])
      }
      // Two rotations of the tenant key are two versions, and one of them wraps.
      let versions = try await withThrowingTaskGroup(of: String.self) { group in
        for person in [alice, bob] {
          group.addTask { try await person.send("POST", "/v1/tenant-key/rotation", #"{"reason":"race"}"#).text }
        }
        return try await group.reduce(into: Set<String>()) { $0.insert($1) }
      }
      #expect(versions == [#"{"version":2}"#, #"{"version":3}"#])
      #expect(try vault.authority.rewrapProgress().version == 3)

      let entries = try vault.authority.auditEntries(from: 1)
      for action in [AuditEntry.Action.suspend, .resume, .approve, .cancelDestruction, .deactivate] {
        let raced = entries.filter { $0.action == action && ["person:alice", "person:bob"].contains($0.actor) }
        #expect(raced.count == 16, "\(action)")
        // Of each two, the winner is the first in the log, and the loser is somebody else.
        for pair in stride(from: 0, to: raced.count, by: 2) {
          #expect(raced[pair].outcome == .done && raced[pair + 1].outcome == .refused, "\(action)")
          #expect(raced[pair].actor != raced[pair + 1].actor, "\(action)")
        }
      }
      let approved = try vault.authority.proposals().filter { proposals.contains($0.id) }
      #expect(approved.allSatisfy { $0.state == .carriedOut })
      for proposal in approved {
        let winner = entries.first {
          $0.action == .approve && $0.object == "proposal/\(proposal.id)" && $0.outcome == .done
        }
        #expect(proposal.approver == winner?.actor)
      }
      _ = try vault.authority.verifyAudit()
      try await alice.close()
      try await bob.close()
    }
  }
}
