import Cardio
import Dashboard
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Store
import Testing
import Wire

/// Programs that use the API with a token.
@Suite struct TokenTests {
  private func withWard(_ body: @Sendable @escaping (Ward, any TestClientProtocol) async throws -> Void) async throws {
    let ward = try Ward(vault: FakeVault())
    try await ward.addAccounts()
    try await ward.service.makeTestApplication().test(.router) { try await body(ward, $0) }
  }

  /// What a program sends: no cookie, no origin, no request token.
  private static func ask(
    _ client: some TestClientProtocol, _ method: HTTPRequest.Method, _ uri: String, token: String, body: String? = nil
  ) async throws -> TestResponse {
    try await Browser().send(
      client, method, uri, body: body,
      changing: [
        .authorization: "Bearer \(token)", .origin: "", HTTPField.Name("Sec-Fetch-Site")!: "",  // a valid token
      ])
  }

  private static func make(_ ward: Ward, for account: String, _ scopes: [String], days: Int = 1) async throws -> String
  {
    try await TokenAdministration(registry: ward.store, time: ward.clock.timekeeper).create(
      for: account, name: "lab", scopes: scopes, days: days
    ).token
  }

  /// Every scope on every route, generated from the document: a token opens what the document says it opens, and nothing else.
  @Test(arguments: Role.allCases) func everyScopeOnEveryRoute(role: Role) async throws {
    try await withWard { ward, client in
      let device = try #require(DeviceID("sb-001"))
      let patient = try await ward.addPatient(device: device)
      let wearer = try await Wearer(device: device, keys: ward.keys, preset: .normal)
      try await wearer.send(to: ward.store, at: ward.clock.now)
      await ward.service.readStore()
      let document = try Document()
      for scope in TokenScope.allCases where scope.roles.contains(role) {
        let token = try await Self.make(ward, for: role.rawValue, [scope.rawValue])
        for endpoint in Endpoint.allCases where endpoint.rule != .everybody && endpoint != .streamEvents {
          let operation = try #require(document.operation(endpoint.method.rawValue, endpoint.path))
          let ways = operation["security"] as? [[String: [String]]] ?? []
          let opens = ways.contains { $0["token"]?.contains(scope.rawValue) == true }
          let roles = operation["x-roles"] as? [String] ?? []
          let isRight = roles.contains(role.rawValue) || roles == ["signed-in"]
          let path = endpoint.path.replacing("{pseudonym}", with: patient.name).replacing("{device}", with: "sb-001")
            .replacing("{alert}", with: String(repeating: "0", count: 32)).replacing("{account}", with: "nobody")
            .replacing("{id}", with: "1").replacing("{token}", with: "0000000000000000")
          let response = try await Self.ask(
            client, endpoint.method, path, token: token, body: endpoint.method == .get ? nil : "{}")
          switch (opens, isRight) {
          case (false, _): #expect(response.code == "scope-missing", "\(role) \(scope) \(endpoint)")
          case (true, false): #expect(response.code == "forbidden", "\(role) \(scope) \(endpoint)")
          case (true, true):
            #expect(response.status.code < 500, "\(role) \(scope) \(endpoint)")
            #expect(!["scope-missing", "forbidden", "bad-token", "sign-in-first"].contains(response.code ?? ""))
          }
        }
      }
    }
  }

  /// Administration, accounts, sign-ins and tokens themselves are for persons.
  @Test func noTokenAdministers() {
    for endpoint in Endpoint.allCases where endpoint.changesState && endpoint.rule != .only([.clinician]) {
      #expect(endpoint.tokenScope == nil, "\(endpoint)")
    }
    for endpoint in [Endpoint.showSession, .signOut, .listTokens, .createToken, .revokeToken, .listAccounts] {
      #expect(endpoint.tokenScope == nil, "\(endpoint)")
    }
  }

  @Test func aTokenIsToldOnceAndEndsWhenItIsRevoked() async throws {
    try await withWard { ward, client in
      let browser = try await Browser.signIn(client, as: "clinician")
      let made = try await browser.send(
        client, .post, "/api/tokens", body: #"{"name":"<b>lab</b>","scopes":["ward:read"],"days":30}"#)
      #expect(made.status == .ok)
      let token = try #require(made.json()["token"] as? String)
      let id = try #require(made.json()["id"] as? String)
      #expect(try await Self.ask(client, .get, "/api/ward", token: token).status == .ok)
      let listed = try await browser.send(client, .get, "/api/tokens")
      #expect(String(buffer: listed.body).contains(id) && !String(buffer: listed.body).contains(token))
      // At rest there is its hash alone.
      #expect(!"\(try await ward.store.tokens(of: nil))".contains(token.dropFirst(4)))
      #expect(try await browser.send(client, .delete, "/api/tokens/\(id)").status == .noContent)
      let after = try await Self.ask(client, .get, "/api/ward", token: token)
      #expect(after.status == .unauthorized && after.problem == "bad-token")
      #expect(after.headers[.wwwAuthenticate]?.hasPrefix("Bearer") == true)
      let record = try #require(try await ward.store.tokens(of: "clinician").first)
      #expect(record.revokedBy == "clinician" && record.lastUsedAt != nil)
    }
  }

  @Test func itEndsWithItsTimeAndItsAccount() async throws {
    try await withWard { ward, client in
      let token = try await Self.make(ward, for: "clinician", ["ward:read"])
      #expect(try await Self.ask(client, .get, "/api/ward", token: token).status == .ok)
      try await AccountAdministration(registry: ward.store, cost: Ward.cheap).setDisabled(true, account: "clinician")
      #expect(try await Self.ask(client, .get, "/api/ward", token: token).problem == "bad-token")
      try await AccountAdministration(registry: ward.store, cost: Ward.cheap).setDisabled(false, account: "clinician")
      ward.clock.advance(86_401)
      #expect(try await Self.ask(client, .get, "/api/ward", token: token).problem == "bad-token")
    }
  }

  /// Nobody ends another's token but an administrator, and a token reaches whom its account sees.
  @Test func tokensAreOnesOwnAndSeeOnesOwnPatients() async throws {
    try await withWard { ward, client in
      let anna = try await ward.addPatient(device: try #require(DeviceID("sb-001")))
      let berta = try await ward.addPatient(name: "Berta Probe", device: try #require(DeviceID("sb-002")))
      try await ward.addClinician("nurse", seeing: [anna])
      await ward.service.readStore()
      let token = try await Self.make(ward, for: "nurse", ["ward:read", "fhir:read"])
      #expect(try await Self.ask(client, .get, "/api/patients/\(anna)", token: token).status == .ok)
      #expect(try await Self.ask(client, .get, "/api/patients/\(berta)", token: token).status == .notFound)
      let seen = String(buffer: try await Self.ask(client, .get, "/fhir/Patient", token: token).body)
      #expect(seen.contains(anna.name) && !seen.contains(berta.name) && !seen.contains("Probe"))
      let id = try #require(try await ward.store.tokens(of: "nurse").first).id
      let clinician = try await Browser.signIn(client, as: "clinician")
      #expect(try await clinician.send(client, .delete, "/api/tokens/\(id)").status == .notFound)
      let auditor = try await Browser.signIn(client, as: "auditor")
      #expect(try await auditor.send(client, .delete, "/api/tokens/\(id)").status == .notFound)
      let administrator = try await Browser.signIn(client, as: "administrator")
      #expect(try await administrator.send(client, .delete, "/api/tokens/\(id)").status == .noContent)
      #expect(try await Self.ask(client, .get, "/api/ward", token: token).problem == "bad-token")
    }
  }

  @Test(arguments: [
    #"{"name":"","scopes":["ward:read"],"days":1}"#, #"{"name":"a","scopes":[],"days":1}"#,
    #"{"name":"a","scopes":["keys:read"],"days":1}"#, #"{"name":"a","scopes":["nothing"],"days":1}"#,
    #"{"name":"a","scopes":["ward:read"],"days":0}"#, #"{"name":"a","scopes":["ward:read"],"days":366}"#,
    #"{"name":"a\nb","scopes":["ward:read"],"days":1}"#,
  ])
  func whatATokenCannotBe(body: String) async throws {
    try await withWard { ward, client in
      let browser = try await Browser.signIn(client, as: "clinician")
      let response = try await browser.send(client, .post, "/api/tokens", body: body)
      #expect(response.status == .unprocessableContent && response.problem == "bad-token-request")
      #expect(try await ward.store.tokens(of: nil).isEmpty)
    }
  }

  @Test(arguments: ["", "x", "sbt_", "sbt_00", "sbt_" + String(repeating: "z", count: 64)])
  func whatIsNoTokenOpensNothing(text: String) async throws {
    try await withWard { _, client in
      #expect(try await Self.ask(client, .get, "/api/ward", token: text).problem == "bad-token")
      // Nor does it fall back to a cookie that comes along.
      let browser = try await Browser.signIn(client, as: "clinician")
      let both = try await browser.send(client, .get, "/api/ward", changing: [.authorization: "Bearer \(text)"])
      #expect(both.problem == "bad-token")
    }
  }
}

extension TestResponse {
  /// The stable code of a refusal, in our form or in FHIR's.
  var code: String? {
    if let problem { return problem }
    let issue = (object?["issue"] as? [[String: Any]])?.first
    return (issue?["details"] as? [String: Any])?["text"] as? String
  }
}
