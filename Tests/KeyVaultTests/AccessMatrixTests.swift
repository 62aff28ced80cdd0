import Foundation
import HTTPTypes
import KeyVault
import KeyVaultClient
import Sealing
import Testing
import Wire

@Suite("Who may do what: every role at every route, over real TLS")
struct AccessMatrixTests {
  /// Somebody who asks, and what they may do.
  private struct Caller {
    let name: String
    /// In the audit log.
    let actor: String
    let client: HTTPSClient
    let role: PersonRole?
  }

  /// One thing that would change or tell something if it were done.
  private static func effectiveBody(_ endpoint: AdministrationEndpoint, request: String) -> String? {
    switch endpoint {
    case .createClaim: #"{"device":"pump-9"}"#
    case .addPerson: #"{"name":"mallory","role":"custodian","reason":"x","request":"\#(request)"}"#
    case .addGrant: #"{"service":"svc.mallory","purpose":"session"}"#
    case .proposeDestruction: #"{"days":7,"reason":"x"}"#
    case .rotateDevice, .startRewrap, .makeBackup: nil
    default: endpoint.method == .post ? #"{"reason":"x"}"# : nil
    }
  }

  private static func path(_ endpoint: AdministrationEndpoint, device: String, id: Int64, name: String) -> String {
    var path = endpoint.path.replacing(":device", with: device).replacing(":name", with: name)
    path = path.replacing(":id", with: "\(id)")
    return endpoint.method == .delete ? path + "?reason=x" : path
  }

  private func callers(_ vault: RunningVault, _ device: TestDevice) async throws -> [Caller] {
    let custodian = try await vault.person("alice", .custodian)
    let auditor = try await vault.person("vera", .auditor)
    let removed = try await vault.person("bob", .custodian)
    try vault.authority.removePerson("bob", reason: "left", actor: "svc.operator")
    let replaced = try await vault.person("carol", .custodian)
    try vault.authority.removePerson("carol", reason: "new card", actor: "svc.operator")
    let renewed = try await vault.person("carol", .auditor)
    try device.writeIdentity(to: vault.directory + "/device", authorityPEM: vault.serviceAuthority)
    func relay(_ name: String, _ role: String) throws -> HTTPSClient {
      try vault.connection("svc.dashboard", headers: ["sealedbeat-person": name, "sealedbeat-role": role])
    }
    return [
      Caller(
        name: "operator", actor: "svc.operator", client: try vault.connection("svc.operator"), role: .custodian),
      Caller(name: "custodian", actor: "person:alice", client: custodian, role: .custodian),
      Caller(name: "auditor", actor: "person:vera", client: auditor, role: .auditor),
      Caller(name: "renewed as auditor", actor: "person:carol", client: renewed, role: .auditor),
      Caller(name: "removed person", actor: "person:bob", client: removed, role: nil),
      Caller(name: "replaced certificate", actor: "person:carol", client: replaced, role: nil),
      Caller(
        name: "device", actor: "device:pump-1",
        client: try HTTPSClient(
          vault.serviceURL, authority: vault.serviceAuthority, identity: vault.directory + "/device"), role: nil),
      Caller(name: "decryptor", actor: "svc.decryptor", client: try vault.connection("svc.decryptor"), role: nil),
      Caller(name: "broker", actor: "svc.broker", client: try vault.connection("svc.broker"), role: nil),
      Caller(name: "notifier", actor: "svc.notifier", client: try vault.connection("svc.notifier"), role: nil),
      Caller(
        name: "notifier that relays", actor: "svc.notifier",
        client: try vault.connection(
          "svc.notifier", headers: ["sealedbeat-person": "dora", "sealedbeat-role": "administrator"]), role: nil),
      Caller(name: "dashboard", actor: "svc.dashboard", client: try vault.connection("svc.dashboard"), role: nil),
      Caller(
        name: "administrator of the pages", actor: "dashboard:dora", client: try relay("dora", "administrator"),
        role: .custodian),
      Caller(
        name: "auditor of the pages", actor: "dashboard:anna", client: try relay("anna", "auditor"), role: .auditor),
      Caller(name: "clinician", actor: "dashboard:doctor", client: try relay("doctor", "clinician"), role: nil),
      Caller(name: "nobody of the pages", actor: "svc.dashboard", client: try relay("", "administrator"), role: nil),
      Caller(name: "unknown role", actor: "dashboard:dora", client: try relay("dora", "custodian"), role: nil),
    ]
  }

  /// What no refused request may change.
  private func snapshot(_ authority: KeyAuthority) throws -> [String] {
    let report = try authority.report()
    return try [
      "\(authority.grants())", "\(authority.people())", "\(authority.proposals())", "\(authority.openClaims())",
      "\(authority.destructions())", "\(authority.legalHolds())", "\(report.deviceKeys)", "\(report.rewrap)",
      "\(report.ownKeys.map { "\($0.id) \($0.state)" })",
      "\(authority.device(DeviceID("pump-1")!).pendingVersion ?? 0)",
    ]
  }

  @Test("Every cell of the table is as the route's permission says; refusals are recorded and change nothing")
  func matrix() async throws {
    try await RunningVault.with { vault in
      let device = try TestDevice("pump-1")
      try device.enrol(in: vault.authority)
      let callers = try await callers(vault, device)
      let claim = try vault.authority.createClaim(for: device.id, actor: "svc.operator")
      let proposal = try vault.authority.proposeRootRotation(reason: "x", actor: "person:somebody")
      #expect(claim.id > 0)
      try PersonRequest.make("mallory", in: vault.directory + "/mallory", allowsDisk: true)
      let request = try String(contentsOfFile: vault.directory + "/mallory/request.pem", encoding: .utf8)
        .replacing("\n", with: "\\n")

      for caller in callers {
        let before = try snapshot(vault.authority)
        let entries = try vault.authority.report().auditEntries
        var refusals: [String] = []
        for endpoint in AdministrationEndpoint.allCases {
          let isAllowed = caller.role.map { endpoint.permission.isGranted(to: $0) } ?? false
          // Who may is asked about nobody; who may not is tempted with what is there.
          let path =
            isAllowed
            ? Self.path(endpoint, device: "ghost-1", id: 99_999, name: "nobody")
            : Self.path(
              endpoint, device: "pump-1", id: endpoint.path.contains("proposals") ? proposal.id : claim.id, name: "vera"
            )
          let body =
            isAllowed ? (endpoint.method == .post ? "{}" : nil) : Self.effectiveBody(endpoint, request: request)
          let answer = try await caller.client.send(endpoint.method.rawValue, path, body)
          if isAllowed {
            #expect([200, 400, 404, 409].contains(answer.status), "\(caller.name): \(endpoint) \(answer.text)")
          } else {
            #expect(answer.status == 403, "\(caller.name): \(endpoint) \(answer.text)")
            #expect(answer.text.contains(#""code":"forbidden""#), "\(caller.name): \(endpoint)")
            refusals.append(endpoint.path)
          }
        }
        let added = try vault.authority.auditEntries(from: entries + 1)
        #expect(
          added.filter { $0.action == .access && $0.outcome == .refused && $0.actor == caller.actor }.map(\.object)
            .sorted()
            == refusals.sorted().map { $0.replacing(#/:(\w+)/#) { "{\($0.output.1)}" } }, "\(caller.name)")
        // The vault itself notes that this test's clock stands still.
        #expect(added.allSatisfy { $0.actor == caller.actor || $0.action == .clock }, "\(caller.name)")
        if caller.role != .custodian { #expect(try snapshot(vault.authority) == before, "\(caller.name)") }
      }
      for caller in callers { try await caller.client.close() }
    }
  }

  @Test(
    "The audit log is for custodians and auditors; sealing is for custodians; keys of sessions are for services alone")
  func otherRoutes() async throws {
    try await RunningVault.with { vault in
      let device = try TestDevice("pump-1")
      try device.enrol(in: vault.authority)
      let session = try TestSession(device.id)
      let request = SessionKeyExchange.encode([
        SessionKeyRequest(
          reference: SessionReference(device: device.id, session: session.session), iv: session.iv,
          keyVersion: KeyVersion(rawValue: 1), purposes: [.session, .findings])
      ])
      for caller in try await callers(vault, device) {
        for path in ["/v1/audit", "/v1/audit/verification"] {
          let status = try await caller.client.send("GET", path).status
          #expect(status == (caller.role == nil ? 403 : 200), "\(caller.name): \(path)")
        }
        let note = Array(#"{"report":"access","digest":"\#(String(repeating: "0a", count: 32))"}"#.utf8)
        let noted = try await caller.client.send("POST", "/v1/audit/reports", bytes: note).status
        #expect(noted == (caller.role == nil ? 403 : 200), "\(caller.name): a report")
        if caller.role != .custodian {
          #expect(try await caller.client.send("POST", "/v1/seal").status == 403, "\(caller.name)")
        }
        for (path, body) in [
          ("/v1/session-keys", request), ("/v1/record-key", [0x82, 0x01, 0x68] + Array("patients".utf8)),
        ] {
          let answer = try await caller.client.send("POST", path, bytes: body)
          for purpose in SessionKeyPurpose.allCases {
            let key = try session.key(from: device.dataKey, purpose).secret.withUnsafeBytes { Data($0) }
            let mayHave =
              switch purpose {
              case .session: ["decryptor", "dashboard"]
              case .findings: ["decryptor", "notifier", "dashboard"]
              }
            // Nobody but these; whoever sits before the pages, a key goes to the dashboard's own certificate alone.
            let service = caller.actor.hasPrefix("dashboard:") ? "svc.dashboard" : caller.actor
            let isService = service.hasPrefix("svc.") && mayHave.contains { service.hasSuffix($0) }
            if !isService {
              #expect(Data(answer.body).range(of: key) == nil, "\(caller.name) got a \(purpose) key")
            }
          }
          if caller.actor.hasPrefix("person:") || caller.actor.hasPrefix("device:") {
            #expect(answer.status == 403, "\(caller.name): \(path)")
          }
        }
        if caller.name != "device" {
          #expect(try await caller.client.send("POST", "/v1/rotate", bytes: [0x80]).status == 403, "\(caller.name)")
        }
        try await caller.client.close()
      }
    }
  }

  @Test("Without the grant `people` the dashboard speaks for nobody, from the next request on")
  func withoutRelay() async throws {
    try await RunningVault.with { vault in
      let client = try vault.connection(
        "svc.dashboard", headers: ["sealedbeat-person": "dora", "sealedbeat-role": "administrator"])
      #expect(try await client.send("GET", "/v1/report").status == 200)
      let grant = try #require(vault.authority.grants().first { $0.purpose == .people })
      try vault.authority.removeGrant(grant.id, actor: "svc.operator")
      for endpoint in AdministrationEndpoint.allCases {
        let path = Self.path(endpoint, device: "pump-1", id: 1, name: "vera")
        #expect(try await client.send(endpoint.method.rawValue, path, "{}").status == 403, "\(endpoint)")
      }
      try await client.close()
    }
  }

  @Test("A custodian obtains no session key: no route gives one, and no grant gives one to what a custodian holds")
  func custodian() async throws {
    try await RunningVault.with { vault in
      let device = try TestDevice("pump-1")
      try device.enrol(in: vault.authority)
      let session = try TestSession(device.id)
      let decryptor = try vault.client(.decryptor)
      let asked = SessionKeyRequest(
        reference: SessionReference(device: device.id, session: session.session), iv: session.iv,
        keyVersion: KeyVersion(rawValue: 1), purposes: [.session])
      guard case .released = try await decryptor.sessionKeys([asked])[0] else {
        Issue.record("the decryptor was refused")
        return
      }
      let secrets = try [device.dataKey, session.key(from: device.dataKey).secret.withUnsafeBytes { Array($0) }]
      let alice = try await vault.person("alice", .custodian)
      for endpoint in AdministrationEndpoint.allCases where endpoint != .rotateTenantKey {
        let path = Self.path(endpoint, device: "pump-1", id: 1, name: "alice")
        if endpoint == .removePerson { continue }
        let body = Self.effectiveBody(endpoint, request: "")
        let answer = Data(try await alice.send(endpoint.method.rawValue, path, body).body)
        for secret in secrets {
          for form in [Data(secret), Data(secret.hex.utf8), Data(Data(secret).base64EncodedString().utf8)] {
            #expect(answer.range(of: form) == nil, "\(endpoint)")
          }
        }
      }
      for service in ["svc.operator", "svc.broker"] {
        let answer = try await alice.send("POST", "/v1/grants", #"{"service":"\#(service)","purpose":"session"}"#)
        #expect(answer.status == 403, "\(service)")
      }
      #expect(
        try vault.authority.auditEntries(from: 1).count { $0.action == .addGrant && $0.outcome == .refused } == 2)
      for service in [ServiceID.operatorConsole, .broker] {
        let client = try vault.client(service)
        guard case .refused(.noGrant) = try await client.sessionKeys([asked])[0] else {
          Issue.record("\(service) was given a key")
          return
        }
        await client.close()
      }
      await decryptor.close()
      try await alice.close()
    }
  }
}
