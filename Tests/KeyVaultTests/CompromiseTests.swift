import KeyVault
import Sealing
import Testing
import Wire

@Suite("Compromise drill: what a report lists is what is exposed")
struct CompromiseTests {
  @Test(
    "Sessions of the compromised versions, all of them and no other; known ones stay readable, later ones are refused")
  func drill() async throws {
    try await TestVault.with { vault in
      _ = try vault.authority.addGrant(.decryptor, device: nil, purpose: .session, actor: "local")
      let devices = try [TestDevice("pump-1"), TestDevice("pump-2")]
      // The truth: which session under which version of which device.
      var truth: [(device: Int, version: UInt32, session: TestSession, key: [UInt8])] = []
      for (index, device) in devices.enumerated() {
        try device.enrol(in: vault.authority)
        for version in UInt32(1)...3 {
          if version > 1 {
            _ = try vault.authority.requestRotation(of: device.id, actor: "svc.operator")
            device.dataKey = try SecureRandom.bytes(32)
            _ = try device.rotate(in: vault.authority, version: UInt64(version), key: device.dataKey)
          }
          for _ in 0..<Int(version) + 2 {
            let session = try TestSession(device.id)
            let released = try await vault.release(session.request(version: version))
            #expect(released == (try session.key(from: device.dataKey).hex))
            truth.append((index, version, session, device.dataKey))
          }
        }
      }
      // A session that was refused exposes nothing.
      let refused = try TestSession(devices[0].id)
      #expect(try await vault.release(refused.request(version: 2), for: .notifier) == "no-grant")

      let report = try vault.authority.reportCompromise(
        of: devices[0].id, version: KeyVersion(rawValue: 2), reason: "debug port was open", actor: "person:alice")
      let exposed = truth.filter { $0.device == 0 && $0.version == 2 }
      #expect(report.versions == [2])
      #expect(report.sessions.map(\.session).sorted() == exposed.map { $0.session.session.description }.sorted())
      #expect(report.sessions.allSatisfy { $0.version == 2 && $0.first == vault.clock.now.unixMicroseconds })
      #expect(report.nextVersion == 4)
      #expect(try vault.states(devices[0].id) == [.deactivated, .compromised, .active])
      #expect(try vault.authority.device(devices[0].id).pendingVersion == 4)

      for entry in truth {
        #expect(
          try await vault.release(entry.session.request(version: entry.version))
            == (try entry.session.key(from: entry.key).hex))
      }
      let forged = try TestSession(devices[0].id)
      #expect(try await vault.release(forged.request(version: 2)) == "compromised")
      #expect(try await vault.release(forged.request(version: 3)) == (try forged.key(from: devices[0].dataKey).hex))
      #expect(try vault.authority.compromise(of: devices[0].id).sessions.count == exposed.count)

      // The rest of the device's keys, later: the list grows by exactly theirs.
      let all = try vault.authority.reportCompromise(
        of: devices[0].id, version: nil, reason: "the device was stolen", actor: "person:alice")
      #expect(all.versions == [1, 3])
      #expect(
        Set(all.sessions.map(\.session))
          == Set(
            (truth.filter { $0.device == 0 && $0.version != 2 }.map(\.session) + [forged]).map(\.session.description)))
      #expect(try vault.authority.compromise(of: devices[0].id).sessions.count == truth.count { $0.device == 0 } + 1)
      #expect(throws: VaultError(.unknown, "")) { try vault.authority.compromise(of: devices[1].id) }
      #expect(throws: VaultError(.stateForbids, "")) {
        try vault.authority.reportCompromise(of: devices[0].id, version: nil, reason: "again", actor: "person:alice")
      }
      // The answer to a compromise is a new key, and the device can give it.
      devices[0].dataKey = try SecureRandom.bytes(32)
      #expect(try devices[0].rotate(in: vault.authority, version: 4, key: devices[0].dataKey).rawValue == 4)
      #expect(try vault.states(devices[0].id) == [.compromised, .compromised, .compromised, .active])
    }
  }
}
