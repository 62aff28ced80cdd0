import Cardio
import Dashboard
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import KeyVault
import KeyVaultClient
import Sealing
import Store
import Testing
import Wire

/// Keys administered through the dashboard, at a real vault.
@Suite(.timeLimit(.minutes(2))) struct KeyPagesTests {
  private static let addresses = DeviceAddresses(
    enrolURL: "https://vault.example:8442", serviceURL: "https://vault.example:8441", mqttHost: "mqtt.example",
    mqttPort: 8883)

  private func withWard(_ body: @Sendable @escaping (Ward, VaultFixture, any TestClientProtocol) async throws -> Void)
    async throws
  {
    try await VaultFixture.with { vault in
      for name in ["sb-001", "sb-002"] { try vault.enrol(#require(DeviceID(name))) }
      let ward = try Ward(
        configuration: DashboardConfiguration(
          port: 0, certificateChainPath: "", privateKeyPath: "", deviceAddresses: Self.addresses,
          passwordCost: Ward.cheap),
        vault: vault.dashboard)
      try await ward.addAccounts()
      try await AccountAdministration(registry: ward.store, cost: Ward.cheap).create(
        name: "second", role: .administrator, patients: .only([]),
        password: SecretBytes(copying: Ward.password.utf8))
      try await ward.service.makeTestApplication().test(.router) { try await body(ward, vault, $0) }
    }
  }

  private func list(_ response: TestResponse) throws -> [[String: Any]] {
    #expect(response.status == .ok)
    return try #require(JSONSerialization.jsonObject(with: Data(response.body.readableBytesView)) as? [[String: Any]])
  }

  @Test func theLifeOfAKey() async throws {
    try await withWard { _, vault, client in
      let browser = try await Browser.signIn(client, as: "administrator")
      let device = try #require(DeviceID("sb-001"))
      func post(_ noun: String, _ body: String = #"{"reason":"a test"}"#) async throws -> TestResponse {
        try await browser.send(client, .post, "/api/keys/devices/sb-001/\(noun)", body: body)
      }
      #expect(try await browser.send(client, .get, "/api/keys/report").json()["devices"] as? Int == 2)
      #expect(
        try list(await browser.send(client, .get, "/api/keys/devices?after=sb-001")).map { $0["device"] as? String }
          == ["sb-002"])
      #expect(try await post("rotation", "{}").json()["version"] as? Int == 2)
      #expect(try vault.authority.device(device).pendingVersion == 2)
      #expect(try await post("suspension").status == .ok)
      #expect(try vault.authority.device(device).keys.map(\.state) == [.suspended])
      let resumed = try await browser.send(
        client, .delete, "/api/keys/devices/sb-001/suspension", body: #"{"reason":"found again & well"}"#)
      #expect(resumed.status == .ok)
      #expect(try await post("hold").status == .ok)
      #expect(try list(await browser.send(client, .get, "/api/keys/holds")).count == 1)
      // Whoever set a hold cannot release it.
      let mine = try await browser.send(client, .delete, "/api/keys/devices/sb-001/hold", body: #"{"reason":"over"}"#)
      #expect(mine.problem == "needs-second-person")
      let released = try await Browser.signIn(client, as: "second").send(
        client, .delete, "/api/keys/devices/sb-001/hold", body: #"{"reason":"over"}"#)
      #expect(released.status == .ok)
      #expect(try await post("deactivation").status == .ok)
      #expect(try await post("suspension").problem == "state-forbids")
      let history = try list(await browser.send(client, .get, "/api/keys/devices/sb-001/history"))
      #expect(history.suffix(3).map { $0["event"] as? String } == ["suspend", "resume", "deactivate"])
      #expect(history.suffix(3).allSatisfy { $0["actor"] as? String == "dashboard:administrator" })
      #expect(history.contains { $0["reason"] as? String == "found again & well" })
      let moved = try await browser.send(
        client, .post, "/api/keys/tenant-key/rotation", body: #"{"reason":"due"}"#)
      #expect(try moved.json()["version"] as? Int == 2)
      #expect(try await browser.send(client, .get, "/api/keys/rewrap").json()["version"] as? Int == 2)
      let revocation = "/api/keys/devices/sb-002/revocation"
      let revoked = try await browser.send(client, .post, revocation, body: #"{"reason":"left in a taxi"}"#).json()
      #expect(revoked["revoked"] is Int && revoked["isCut"] is Bool)
      #expect(try vault.authority.device(#require(DeviceID("sb-002"))).revoked != nil)
      #expect(try await browser.send(client, .delete, revocation, body: #"{"reason":"found"}"#).status == .ok)
      #expect(try await browser.send(client, .get, "/api/keys/devices/sb-404").status == .notFound)
    }
  }

  /// A destruction needs two accounts; the second may be refused by a hold or taken back by the first.
  @Test func destructionNeedsTwo() async throws {
    try await withWard { _, vault, client in
      let first = try await Browser.signIn(client, as: "administrator")
      let second = try await Browser.signIn(client, as: "second")
      let path = "/api/keys/devices/sb-001/destruction"
      let proposed = try await first.send(
        client, .post, path, body: #"{"reason":"the study is over","days":7,"confirmation":"sb-001"}"#)
      let id = try #require(try proposed.json()["id"] as? Int)
      let approval = "/api/keys/proposals/\(id)/approval"
      #expect(try await first.send(client, .post, approval, body: "{}").problem == "needs-second-person")
      #expect(try list(await first.send(client, .get, "/api/keys/destructions")).isEmpty)
      #expect(
        try await second.send(client, .post, approval, body: "{}").json()["approver"] as? String == "dashboard:second")
      let waiting = try list(await first.send(client, .get, "/api/keys/destructions"))
      #expect(waiting.map { $0["state"] as? String } == ["waiting"])
      #expect(try await first.send(client, .get, "\(path)/certificate").status != .ok)
      #expect(try await first.send(client, .delete, path, body: #"{"reason":"still needed"}"#).status == .ok)
      let cancelled = try list(await first.send(client, .get, "/api/keys/destructions"))
      #expect(cancelled.map { $0["state"] as? String } == ["cancelled"])
      #expect(try vault.authority.device(#require(DeviceID("sb-001"))).keys.map(\.state) == [.active])
      let again = try await first.send(
        client, .post, path, body: #"{"reason":"again","days":30,"confirmation":"sb-001"}"#)
      let other = try #require(try again.json()["id"] as? Int)
      let withdrawn = try await second.send(
        client, .delete, "/api/keys/proposals/\(other)", body: #"{"reason":"no"}"#)
      #expect(try withdrawn.json()["state"] as? String == "withdrawn")
    }
  }

  /// The file for the device is the one that the console writes; its token is told once.
  @Test func aClaimIsToldOnce() async throws {
    try await withWard { _, vault, client in
      let browser = try await Browser.signIn(client, as: "administrator")
      let response = try await browser.send(
        client, .post, "/api/keys/claims", body: #"{"device":"sb-003","minutes":5}"#)
      let answer = try response.json()
      let token = try #require(answer["token"] as? String)
      let bundle = try JSONDecoder().decode(
        ProvisioningBundle.self, from: JSONSerialization.data(withJSONObject: #require(answer["bundle"])))
      #expect(bundle.claimToken == token && bundle.device.name == "sb-003" && bundle.version == 1)
      #expect(bundle.enrolURL == Self.addresses.enrolURL && bundle.serviceURL == Self.addresses.serviceURL)
      #expect(bundle.mqttHost == "mqtt.example" && bundle.mqttPort == 8883)
      let authority = try vault.authority.serviceAuthorityPEM
      #expect(bundle.caPEM == authority)
      #expect(bundle.hpkePublicKey == vault.authority.enrolmentPublicKey.hex)
      #expect(response.headers[.cacheControl] == "no-store")
      let open = try await browser.send(client, .get, "/api/keys/claims")
      #expect(try list(open).count == 1 && !String(buffer: open.body).contains(token))
      let id = try #require(answer["id"] as? Int)
      #expect(try await browser.send(client, .delete, "/api/keys/claims/\(id)", body: "{}").status == .ok)
      #expect(try list(await browser.send(client, .get, "/api/keys/claims")).isEmpty)
    }
  }

  /// The vault says which keys, the store which chunks lie open under them.
  @Test func aCompromiseListsWhatLiesOpen() async throws {
    try await withWard { ward, _, client in
      let device = try #require(DeviceID("sb-001"))
      try ward.keys.setKey(SecretBytes(randomCount: 32), for: device)
      var sessions: [String] = []
      for count in [3, 2] {
        let wearer = try await Wearer(device: device, keys: ward.keys, preset: .normal)
        for _ in 0..<count { try await wearer.send(to: ward.store, at: ward.clock.now) }
        sessions.append(wearer.reference.session.description)
      }
      let browser = try await Browser.signIn(client, as: "administrator")
      let path = "/api/keys/devices/sb-001/compromise"
      let reported = try await browser.send(client, .post, path, body: #"{"reason":"lost on a train"}"#).json()
      let shown = try await Browser.signIn(client, as: "auditor").send(client, .get, path).json()
      for answer in [reported, shown] {
        #expect(answer["chunks"] as? Int == 5 && answer["versions"] as? [Int] == [1])
        let listed = try #require(answer["sessions"] as? [[String: Any]])
        #expect(Set(listed.compactMap { $0["session"] as? String }) == Set(sessions))
        #expect(Set(listed.compactMap { $0["chunks"] as? Int }) == [2, 3])
      }
    }
  }

  /// Every reading is an auditor's too, every change is refused twice: here, and by the vault if it got there.
  @Test func auditorsReadAndChangeNothing() async throws {
    try await withWard { _, vault, client in
      let auditor = try await Browser.signIn(client, as: "auditor")
      for path in [
        "report", "devices", "devices/sb-001", "devices/sb-001/history", "claims", "destructions", "holds", "proposals",
        "rewrap", "people", "audit", "audit/verification",
      ] {
        #expect(try await auditor.send(client, .get, "/api/keys/\(path)").status == .ok, "\(path)")
      }
      #expect(try await auditor.send(client, .get, "/api/keys/audit/verification").json()["isWhole"] as? Bool == true)
      let entries = try list(await auditor.send(client, .get, "/api/keys/audit"))
      #expect(
        entries.contains {
          $0["actor"] as? String == "dashboard:auditor" && $0["action"] as? String == "read-inventory"
        })
      let last = try #require(entries.last?["sequence"] as? Int)
      let page = try list(await auditor.send(client, .get, "/api/keys/audit?from=\(last)"))
      #expect(page.first?["sequence"] as? Int == last)
      let refused = try await vault.dashboard.relay(
        .init(.post, "/v1/devices/sb-001/rotation"), for: "auditor", role: "auditor")
      #expect(refused.status == 403)
      let clinician = try await vault.dashboard.relay(.init(.get, "/v1/report"), for: "clinician", role: "clinician")
      #expect(clinician.status == 403)
    }
  }

  /// The dashboard may speak for people only as long as it is let.
  @Test func withoutTheGrantNobodyIsSpokenFor() async throws {
    try await withWard { _, vault, client in
      let grant = try #require(try vault.authority.grants().first { $0.purpose == .people })
      try vault.authority.removeGrant(grant.id, actor: "svc.operator")
      let response = try await Browser.signIn(client, as: "administrator").send(client, .get, "/api/keys/report")
      #expect(response.status == .forbidden && response.problem == "forbidden")
    }
  }
}
