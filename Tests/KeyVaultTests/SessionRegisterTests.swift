import GRDB
import KeyVault
import Sealing
import Testing
import Wire

@Suite("No initialisation vector serves twice, and no key serves for ever")
struct SessionRegisterTests {
  private func prepared(_ body: (TestVault, TestDevice) async throws -> Void) async throws {
    try await TestVault.with { vault in
      _ = try vault.authority.addGrant(.decryptor, device: nil, purpose: .session, actor: "local")
      let device = try TestDevice("pump-1")
      try device.enrol(in: vault.authority)
      try await body(vault, device)
    }
  }

  private func lastReason(_ vault: TestVault) throws -> String {
    let entry = try vault.authority.auditEntries(from: 1).last { $0.action == .releaseSessionKey }
    #expect(entry?.outcome == .refused)
    return entry?.reason ?? ""
  }

  @Test(
    "Another session with the same IV, the same session with another IV or under another version: refused, recorded, also after a restart and within one batch"
  )
  func repeats() async throws {
    try await prepared { vault, device in
      let session = try TestSession(device.id)
      let key = try session.key(from: device.dataKey).hex
      #expect(try await vault.release(session.request()) == key)
      let other = try TestSession(device.id)
      let sameIV = TestSession(device.id, session: other.session, iv: session.iv)
      let sameSession = TestSession(device.id, session: session.session, iv: other.iv)
      for _ in 0..<2 {
        for repeated in [sameIV, sameSession] {
          #expect(try await vault.release(repeated.request()) == "iv-repeated")
          #expect(try lastReason(vault) == "iv-repeated, session \(repeated.session)")
        }
        #expect(try await vault.release(session.request()) == key)
        try vault.reopen()
      }
      // What was refused is not remembered: the session is free to use another IV.
      #expect(try await vault.release(other.request()) == (try other.key(from: device.dataKey).hex))

      _ = try vault.authority.requestRotation(of: device.id, actor: "svc.operator")
      let next = try SecureRandom.bytes(32)
      _ = try device.rotate(in: vault.authority, version: 2, key: next)
      #expect(try await vault.release(session.request(version: 2)) == "iv-repeated")
      // Under another key the IV is another nonce.
      let again = TestSession(device.id, session: try TestSession(device.id).session, iv: session.iv)
      #expect(try await vault.release(again.request(version: 2)) == (try again.key(from: next).hex))

      let (first, second) = (try TestSession(device.id), try TestSession(device.id))
      let answers = try await vault.authority.sessionKeys(
        [first.request(version: 2), TestSession(device.id, session: second.session, iv: first.iv).request(version: 2)],
        for: .decryptor)
      guard case .released = answers[0], case .refused(.ivRepeated) = answers[1] else {
        Issue.record("\(answers)")
        return
      }
    }
  }

  @Test(
    "At three quarters of its sessions a key is to be replaced; at the limit it begins none, and opens what it began")
  func limits() async throws {
    try await prepared { vault, device in
      let known = try TestSession(device.id)
      _ = try await vault.release(known.request())
      func setSessions(_ count: Int64) throws { try vault.tamper("UPDATE device_key SET sessions = ?", [count]) }
      try setSessions(KeyPolicy.sessionWarning - 2)
      _ = try await vault.release(TestSession(device.id).request())
      #expect(try vault.authority.device(device.id).pendingVersion == nil)
      _ = try await vault.release(TestSession(device.id).request())
      #expect(try vault.authority.device(device.id).pendingVersion == 2)
      let asked = try vault.authority.auditEntries(from: 1).filter { $0.action == .requestRotation }
      #expect(asked.map(\.reason) == ["next version 2: sessions"])
      #expect(try vault.authority.report().overdue.map(\.id) == ["device/pump-1/1"])

      try setSessions(KeyPolicy.sessionLimit - 1)
      let last = try TestSession(device.id)
      #expect(try await vault.release(last.request()) == (try last.key(from: device.dataKey).hex))
      let beyond = try TestSession(device.id)
      #expect(try await vault.release(beyond.request()) == "limit-reached")
      #expect(try lastReason(vault) == "limit-reached, session \(beyond.session)")
      for session in [known, last] {
        #expect(try await vault.release(session.request()) == (try session.key(from: device.dataKey).hex))
      }
      let next = try SecureRandom.bytes(32)
      _ = try device.rotate(in: vault.authority, version: 2, key: next)
      #expect(try await vault.release(beyond.request(version: 2)) == (try beyond.key(from: next).hex))
    }
  }

  @Test("Other keys that reach their limit refuse, and say so in the log")
  func otherLimits() async throws {
    try await prepared { vault, device in
      _ = try vault.authority.addGrant(.dashboard, device: nil, purpose: .patients, actor: "local")
      try vault.tamper("UPDATE own_key SET uses = 4294967296 WHERE name IN ('record-patients', 'backup')")
      #expect(throws: VaultError(.limitReached, "")) { try vault.authority.recordKey(.patients, for: .dashboard) }
      #expect(throws: VaultError(.limitReached, "")) { try vault.backup() }
      let refusals = try vault.authority.auditEntries(from: 1).filter { $0.reason.hasPrefix("limit-reached") }
      #expect(refusals.map(\.actor) == ["svc.dashboard", "svc.operator"])
      #expect(refusals.allSatisfy { $0.outcome == .refused })
    }
  }

  @Test("An ended crypto-period asks for a new key while the old one goes on: there is no gap")
  func cryptoPeriod() async throws {
    try await prepared { vault, device in
      vault.clock.advance(by: Double(vault.authority.policy.deviceKeyPeriod) - 1)
      #expect(try vault.authority.upkeep(elapsed: 30, wall: 30).rotations.isEmpty)
      vault.clock.advance(by: 2)
      #expect(try vault.authority.upkeep(elapsed: 30, wall: 30).rotations == [device.id])
      #expect(try vault.authority.upkeep(elapsed: 30, wall: 30).rotations.isEmpty)
      let during = try TestSession(device.id)
      #expect(try await vault.release(during.request()) == (try during.key(from: device.dataKey).hex))
      let next = try SecureRandom.bytes(32)
      _ = try device.rotate(in: vault.authority, version: 2, key: next)
      #expect(try await vault.release(during.request()) == (try during.key(from: device.dataKey).hex))
      // A session that began under the old key before, and whose keys nobody asked for yet, is the patient's all the same.
      let late = try TestSession(device.id)
      #expect(try await vault.release(late.request()) == (try late.key(from: device.dataKey).hex))
    }
  }
}
