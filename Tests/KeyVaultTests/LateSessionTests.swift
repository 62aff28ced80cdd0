import Foundation
import KeyVault
import KeyVaultClient
import Testing
import Wire

@Suite("What comes late, and what is over")
struct LateSessionTests {
  @Test("A session that appears after its key was reported is refused until a custodian admits it, once")
  func admission() async throws {
    try await TestVault.with { vault in
      _ = try vault.authority.addGrant(.decryptor, device: nil, purpose: .session, actor: "local")
      let device = try TestDevice("pump-1")
      try device.enrol(in: vault.authority)
      _ = try vault.authority.reportCompromise(of: device.id, version: nil, reason: "stolen", actor: "person:alice")
      let late = try TestSession(device.id)
      #expect(try await vault.release(late.request()) == "compromised")
      func admit(_ session: TestSession) throws {
        try vault.authority.admitSession(
          session.session, of: device.id, iv: session.iv, version: KeyVersion(rawValue: 1), reason: "was out of reach",
          actor: "person:alice")
      }
      try admit(late)
      #expect(try await vault.release(late.request()) == late.key(from: device.dataKey).hex)
      #expect(throws: VaultError(.stateForbids, "")) { try admit(late) }
    }
  }

  @Test("The tenant key renews itself when its crypto-period ends, and everything moves under the new one")
  func tenantKey() async throws {
    try await TestVault.with { vault in
      try TestDevice("pump-1").enrol(in: vault.authority)
      vault.clock.advance(by: Double(KeyPolicy.standard.tenantKeyPeriod) + 1)
      #expect(try vault.authority.upkeep(elapsed: 1, wall: 1).tenantKey == 2)
      #expect(try vault.authority.rewrapProgress().remaining > 0)
      #expect(try vault.authority.rewrap(actor: "vault") == nil)
      #expect(try vault.authority.rewrapProgress().remaining == 0)
      #expect(try vault.authority.upkeep(elapsed: 1, wall: 1).tenantKey == nil)
    }
  }

  @Test("A destruction is about the keys of its approval: a device that got a later one goes on")
  func laterKey() async throws {
    try await TestVault.with { vault in
      let device = try TestDevice("pump-1")
      try device.enrol(in: vault.authority)
      let proposal = try vault.authority.proposeDestruction(
        of: device.id, days: 7, reason: "study over", actor: "person:alice")
      _ = try vault.authority.approve(proposal.id, actor: "person:bob")
      device.dataKey = [UInt8](repeating: 7, count: 32)
      try device.enrol(in: vault.authority)
      try vault.observe(seconds: 7 * 86_400)
      vault.clock.advance(by: 7 * 86_400)
      #expect(try vault.authority.upkeep(elapsed: 0, wall: 0).destructions == [device.id])
      #expect(try vault.states(device.id) == [.destroyed, .active])
      #expect(try vault.authority.device(device.id).revoked == nil)
    }
  }

  @Test("What has expired stays so when the clock is set back")
  func sweep() async throws {
    try await TestVault.with { vault in
      let device = try TestDevice("pump-1")
      let claim = try vault.authority.createClaim(for: device.id, life: 60, actor: "svc.operator")
      let expires = vault.clock.now.unixMicroseconds + 60_000_000
      _ = try vault.authority.addGrant(
        .decryptor, device: nil, purpose: .session, expires: expires, actor: "svc.operator")
      vault.clock.advance(by: 61)
      _ = try vault.authority.upkeep(elapsed: 61, wall: 61)
      vault.clock.advance(by: -60)
      #expect(throws: VaultError(.claimRefused, "")) {
        try vault.authority.enrol(
          message: TestDevice.seal(
            device.enrolment(token: claim.token), to: vault.authority.enrolmentPublicKey, info: "SealedBeat/1 enrol"))
      }
      #expect(try vault.authority.grants().isEmpty)
    }
  }

  @Test("Of a service's certificates only the latest opens anything")
  func replacedCertificate() async throws {
    try await RunningVault.with { vault in
      let earlier = try vault.client(.dashboard)
      _ = try await earlier.recordKey(.patients)
      try vault.authority.provision(directory: vault.directory + "/later", allowsDisk: true)
      await #expect(throws: KeyVaultError.self) { try await earlier.recordKey(.patients) }
      await earlier.close()
      let later = try VaultClient(
        VaultClientConfiguration(url: vault.serviceURL, credentials: vault.directory + "/later/svc.dashboard"))
      _ = try await later.recordKey(.patients)
      await later.close()
    }
  }

  @Test("Of a flood of refusals the first are recorded, the rest are counted, and the count is told")
  func flood() {
    let gate = RefusalGate()
    let admitted = (0..<2000).compactMap { _ in gate.admit("svc.broker") }
    #expect((600..<700).contains(admitted.count))
    #expect(admitted.prefix(600).allSatisfy { $0 == 0 })
    #expect(gate.admit("svc.notifier") == 0)
  }
}
