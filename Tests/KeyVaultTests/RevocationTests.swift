import Foundation
import KeyVault
import KeyVaultClient
import Sealing
import Testing
import Wire

@Suite("Revocation of a device", .timeLimit(.minutes(1)))
struct DeviceRevocationTests {
  private func isReleased(
    _ authority: KeyAuthority, _ request: ReleaseRequest, for service: ServiceID = .decryptor
  ) async throws -> Bool {
    switch try await authority.sessionKeys([request], for: service)[0] {
    case .released: return true
    case .refused(let refusal):
      #expect(refusal == .revoked)
      return false
    }
  }

  private func withDevice(_ body: (KeyAuthority, TestDevice) async throws -> Void) async throws {
    try await TemporaryDirectory.with { directory in
      let authority = try RunningVault.newVault(in: directory)
      for service in [ServiceID.decryptor, .dashboard] {
        _ = try authority.addGrant(service, device: nil, purpose: .session, actor: "local")
      }
      let device = try TestDevice("pump-1")
      try device.enrol(in: authority)
      try await body(authority, device)
    }
  }

  @Test("What was known stays readable, for others too; what is new is refused")
  func history() async throws {
    try await withDevice { authority, device in
      let known = try TestSession(device.id)
      #expect(try await isReleased(authority, known.request()))
      _ = try authority.revoke(device.id, reason: "stolen", actor: "svc.operator")
      #expect(try await isReleased(authority, known.request()))
      #expect(try await isReleased(authority, known.request(), for: .dashboard))
      let new = try TestSession(device.id)
      #expect(try await !isReleased(authority, new.request()))
      #expect(try await !isReleased(authority, new.request()), "a refusal makes nothing known")
      #expect(try authority.device(device.id).keys.map(\.state) == [.deactivated])
    }
  }

  @Test("Certificate, claims and rotation are void, and it is recorded")
  func everythingIsVoid() async throws {
    try await withDevice { authority, device in
      let claim = try authority.createClaim(for: device.id, actor: "svc.operator")
      _ = try authority.requestRotation(of: device.id, actor: "svc.operator")
      let revocation = try authority.revoke(device.id, reason: "stolen", actor: "svc.operator")
      #expect(try authority.revoke(device.id, reason: "again", actor: "svc.operator") == revocation)
      #expect(try authority.isRevoked(device.id))
      #expect(throws: VaultError(.deviceRevoked, "")) {
        try device.rotate(in: authority, version: 2, key: SecureRandom.bytes(32))
      }
      #expect(throws: VaultError(.unknownDevice, "")) {
        try authority.requestRotation(of: device.id, actor: "svc.operator")
      }
      #expect(throws: VaultError(.unknown, "")) { try authority.revokeClaim(claim.id, actor: "svc.operator") }
      #expect(throws: VaultError(.unknownDevice, "")) {
        try authority.revoke(TestDevice("nobody").id, reason: "", actor: "svc.operator")
      }
      let entries = try authority.auditEntries(from: 1)
      #expect(
        entries.contains { $0.action == .revoke && $0.object == "device/pump-1" && $0.reason == "stolen" })
      #expect(entries.contains { $0.action == .revokeClaim && $0.object == "claim/\(claim.id)" })
      #expect(entries.contains { $0.action == .revoke && $0.outcome == .refused })
      #expect(try authority.verifyAudit().count == UInt64(entries.count))
    }
  }

  @Test("It enrols again only when it was reinstated, with a claim made afterwards; its old key stays void")
  func reinstatement() async throws {
    try await withDevice { authority, device in
      #expect(throws: VaultError(.stateForbids, "")) {
        try authority.reinstate(device.id, reason: "", actor: "svc.operator")
      }
      _ = try authority.revoke(device.id, reason: "lost", actor: "svc.operator")
      #expect(throws: VaultError(.deviceRevoked, "")) { try device.enrol(in: authority) }
      let early = try authority.createClaim(for: device.id, actor: "svc.operator")
      try authority.reinstate(device.id, reason: "found", actor: "svc.operator")
      #expect(try authority.isRevoked(device.id), "until it has enrolled")
      #expect(throws: VaultError(.claimRefused, "")) {
        try authority.enrol(
          message: TestDevice.seal(
            device.enrolment(token: early.token), to: authority.enrolmentPublicKey, info: "SealedBeat/1 enrol"))
      }
      device.dataKey = try SecureRandom.bytes(32)
      #expect(try device.enrol(in: authority).version.rawValue == 2)
      #expect(try !authority.isRevoked(device.id))
      #expect(try await isReleased(authority, TestSession(device.id).request(version: 2)))
      #expect(try await !isReleased(authority, TestSession(device.id).request(version: 1)))
    }
  }

  @Test("The access list tells each change once, in pages, and waits for the next")
  func list() async throws {
    try await withDevice { authority, device in
      let others = try (0..<4).map { try TestDevice("other-\($0)") }
      for other in others { try other.enrol(in: authority) }
      var page = try authority.accessPage(after: 0, limit: 3)
      #expect(page.devices.count == 3 && !page.complete)
      let rest = try authority.accessPage(after: page.revision, limit: 3)
      #expect(rest.devices.count == 2 && rest.complete)
      #expect((page.devices + rest.devices).allSatisfy { $0.state == .admitted && $0.rotateTo == nil })
      #expect(try authority.accessPage(after: rest.revision).devices.isEmpty)
      // An older copy of the vault says so.
      page = try authority.accessPage(after: rest.revision + 9)
      #expect(page.revision == rest.revision && page.complete)

      async let next = authority.accessPage(after: rest.revision, waiting: .seconds(30))
      _ = try authority.requestRotation(of: device.id, actor: "svc.operator")
      #expect(try await next.devices.map(\.rotateTo?.rawValue) == [2])
      let asked = try await next.revision
      _ = try device.rotate(in: authority, version: 2, key: SecureRandom.bytes(32))
      _ = try authority.revoke(others[0].id, reason: "", actor: "svc.operator")
      let changes = try authority.accessPage(after: asked).devices
      #expect(changes.map(\.device.name) == ["pump-1", "other-0"])
      #expect(changes.map(\.state) == [.admitted, .revoked] && changes.allSatisfy { $0.rotateTo == nil })
    }
  }

  @Test("A revocation is confirmed by the gatekeeper, which may run ahead of the list, and by nobody else")
  func confirmation() async throws {
    try await withDevice { authority, device in
      #expect(try await !authority.isAccessApplied(to: device.id, within: .seconds(30)), "no gatekeeper: no waiting")
      try authority.recordApplied(upTo: 1, ahead: [:], actor: "svc.gatekeeper")
      #expect(try await authority.isAccessApplied(to: device.id, within: .zero))
      let revocation = try authority.revoke(device.id, reason: "", actor: "svc.operator")
      #expect(try await !authority.isAccessApplied(to: device.id, within: .milliseconds(1)))
      let id = device.id
      async let isCut = authority.isAccessApplied(to: id, within: .seconds(30))
      try authority.recordApplied(upTo: 1, ahead: [device.id: revocation.revision], actor: "svc.gatekeeper")
      #expect(try await isCut)
      let confirmations = try authority.auditEntries(from: 1).filter { $0.action == .confirmRevocation }
      #expect(confirmations.map(\.object) == ["device/pump-1"] && confirmations[0].actor == "svc.gatekeeper")
    }
  }

  @Test("Over TLS: who may read the list, who may revoke, and what a revoked device may do")
  func overTLS() async throws {
    try await RunningVault.with { vault in
      let device = try TestDevice("pump-1")
      try device.enrol(in: vault.authority)
      let identity = vault.directory + "/device"
      try device.writeIdentity(to: identity, authorityPEM: vault.authority.serviceAuthorityPEM)
      let credentials = { (service: ServiceID) in
        VaultClientConfiguration(url: vault.serviceURL, credentials: "\(vault.directory)/credentials/\(service)")
      }
      for service in [ServiceID.broker, .decryptor, .notifier, .dashboard, .retention, .operatorConsole] {
        let stranger = try AccessFeed(credentials(service))
        await #expect(throws: KeyVaultError.self, "\(service)") { try await stranger.page(after: 0, wait: 0) }
        await #expect(throws: KeyVaultError.self, "\(service)") { try await stranger.acknowledge(9, ahead: [:]) }
        await stranger.close()
      }
      // The gatekeeper may do nothing else.
      let administrator = try VaultOperator(credentials(.gatekeeper))
      await #expect(throws: KeyVaultError.self) { try await administrator.revoke(device.id, reason: "") }
      await #expect(throws: KeyVaultError.self) { try await administrator.read(.report) }
      await administrator.close()
      let reader = try vault.client(.gatekeeper)
      await #expect(throws: KeyVaultError.self) { try await reader.recordKey(.patients) }
      await reader.close()

      let gatekeeper = try AccessFeed(credentials(.gatekeeper))
      let page = try await gatekeeper.page(after: 0, wait: 0)
      #expect(page.devices == [AccessFeed.Entry(device.id, isAdmitted: true, revision: 1)] && page.isComplete)
      try await gatekeeper.acknowledge(page.revision, ahead: [:])

      let console = try vault.console()
      let id = device.id
      async let answer = console.revoke(id, reason: "stolen")
      let news = try await gatekeeper.page(after: page.revision, wait: 25)
      #expect(news.devices.map(\.isAdmitted) == [false])
      try await gatekeeper.acknowledge(news.revision, ahead: [:])
      #expect(try await answer.isCut)
      let refused = try await HTTPS.post(
        vault.serviceURL + "/v1/rotate", body: [0x80], authority: vault.authority.serviceAuthorityPEM,
        identity: identity)
      #expect(refused.status == 403 && refused.text.contains("device-revoked"))
      try await console.reinstate(device.id, reason: "found, at 10%")
      #expect(try vault.authority.auditEntries(from: 1).last?.reason == "found, at 10%")
      await console.close()
      await gatekeeper.close()
    }
  }
}
