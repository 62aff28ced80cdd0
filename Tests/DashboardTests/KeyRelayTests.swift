import Dashboard
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Store
import Testing

/// What becomes of a request about keys before it reaches the vault.
@Suite struct KeyRelayTests {
  private static let keyEndpoints = Endpoint.allCases.filter { $0.path.hasPrefix("/api/keys/") }
  private static let body =
    #"{"reason":"two words","days":9,"confirmation":"sb-001","device":"sb-001","minutes":5,"version":2}"#

  private func withWard(_ body: @Sendable @escaping (Ward, FakeVault, any TestClientProtocol) async throws -> Void)
    async throws
  {
    let vault = FakeVault()
    let ward = try Ward(vault: vault)
    try await ward.addAccounts()
    try await ward.service.makeTestApplication().test(.router) { try await body(ward, vault, $0) }
  }

  private static func path(_ endpoint: Endpoint) -> String {
    endpoint.path.replacing("{device}", with: "sb-001").replacing("{id}", with: "7")
  }

  /// Every one is passed on once, under the person's name and role, with its reason, and never as a clinician's.
  @Test func everyRequestIsPassedOnInThePersonsName() async throws {
    try await withWard { ward, vault, client in
      let administrator = try await Browser.signIn(client, as: "administrator")
      for endpoint in Self.keyEndpoints {
        let before = vault.asked.count
        let response = try await administrator.send(
          client, endpoint.method, Self.path(endpoint), body: endpoint.changesState ? Self.body : nil)
        #expect(response.status == .ok, "\(endpoint)")
        #expect(vault.asked.count == before + 1, "\(endpoint)")
        let asked = try #require(vault.asked.last)
        #expect(asked.account == "administrator" && asked.role == "administrator")
        #expect(asked.method == endpoint.method.rawValue && asked.path.hasPrefix("/v1/"), "\(endpoint)")
        if endpoint.path.contains("{device}") { #expect(asked.path.contains("sb-001"), "\(endpoint)") }
        if endpoint.path.contains("{id}") { #expect(asked.path.contains("/7"), "\(endpoint)") }
      }
      let clinician = try await Browser.signIn(client, as: "clinician")
      let count = vault.asked.count
      for endpoint in Self.keyEndpoints {
        let response = try await clinician.send(
          client, endpoint.method, Self.path(endpoint), body: endpoint.changesState ? Self.body : nil)
        #expect(response.status == .forbidden && response.problem == "forbidden", "\(endpoint)")
      }
      #expect(vault.asked.count == count)
    }
  }

  @Test func reasonsAndNumbersArriveAsTheyWereGiven() async throws {
    try await withWard { _, vault, client in
      let browser = try await Browser.signIn(client, as: "administrator")
      func ask(_ method: HTTPRequest.Method, _ path: String, _ body: String) async throws -> FakeVault.Asked? {
        #expect(try await browser.send(client, method, path, body: body).status == .ok)
        return vault.asked.last
      }
      let hostile = ##"{"reason":"a&b=c #1 <b>ü"}"##
      let hold = try await ask(.post, "/api/keys/devices/sb-001/hold", hostile)
      #expect(hold?.body == ##"{"reason":"a&b=c #1 <b>ü"}"##)
      let release = try await ask(.delete, "/api/keys/devices/sb-001/hold", hostile)
      #expect(release?.path == "/v1/devices/sb-001/hold?reason=a%26b%3Dc%20%231%20%3Cb%3E%C3%BC")
      let destruction = try await ask(.post, "/api/keys/devices/sb-001/destruction", Self.body)
      #expect(destruction?.body == #"{"days":9,"reason":"two words"}"#)
      let claim = try await ask(.post, "/api/keys/claims", Self.body)
      #expect(claim?.body == #"{"device":"sb-001","lifeSeconds":300}"#)
      let compromise = try await ask(.post, "/api/keys/devices/sb-001/compromise", Self.body)
      #expect(compromise?.body == #"{"reason":"two words","version":2}"#)
    }
  }

  /// Without a reason, with a wrong name typed or a wait out of range nothing is passed on at all.
  @Test(arguments: [
    ("suspension", "{}", "reason-missing"), ("suspension", #"{"reason":"  "}"#, "reason-missing"),
    ("hold", #"{"reason":"a\nb"}"#, "reason-missing"),
    ("compromise", #"{"reason":"\#(String(repeating: "x", count: 201))"}"#, "reason-missing"),
    ("destruction", #"{"reason":"r","days":7,"confirmation":"sb-002"}"#, "bad-request"),
    ("destruction", #"{"reason":"r","days":6,"confirmation":"sb-001"}"#, "bad-request"),
    ("destruction", #"{"reason":"r","days":31,"confirmation":"sb-001"}"#, "bad-request"),
    ("destruction", #"{"reason":"r","confirmation":"sb-001"}"#, "bad-request"),
    ("destruction", #"{"days":7,"confirmation":"sb-001"}"#, "reason-missing"),
    ("deactivation", "[]", "bad-request"),
  ])
  func whatMakesNoSenseStaysHere(noun: String, body: String, code: String) async throws {
    try await withWard { _, vault, client in
      let browser = try await Browser.signIn(client, as: "administrator")
      let response = try await browser.send(client, .post, "/api/keys/devices/sb-001/\(noun)", body: body)
      #expect(response.problem == code && response.status.code < 500)
      #expect(vault.asked.isEmpty)
    }
  }

  @Test(arguments: ["/api/keys/devices/NOT-A-NAME", "/api/keys/devices/a%2Fb", "/api/keys/devices/a%3Fb%3Dc/history"])
  func namesAreCheckedBeforeTheyBecomeAPath(path: String) async throws {
    try await withWard { _, vault, client in
      let response = try await Browser.signIn(client, as: "auditor").send(client, .get, path)
      #expect(response.status == .notFound && vault.asked.isEmpty)
    }
  }

  /// A refusal of the vault arrives with its code and reason.
  @Test func refusalsArriveAsTheyAre() async throws {
    try await withWard { _, vault, client in
      let browser = try await Browser.signIn(client, as: "administrator")
      vault.answer(409, #"{"error":{"code":"legal-hold","reason":"held"}}"#)
      for (method, path) in [
        (HTTPRequest.Method.post, "/api/keys/devices/sb-001/destruction"), (.post, "/api/keys/claims"),
        (.post, "/api/keys/devices/sb-001/compromise"),
      ] {
        let response = try await browser.send(client, method, path, body: Self.body)
        #expect(response.status == .conflict && response.problem == "legal-hold", "\(path)")
      }
    }
  }

  @Test func withoutAVaultItIsSaid() async throws {
    let ward = try Ward()
    try await ward.addAccounts()
    try await ward.service.makeTestApplication().test(.router) { client in
      let response = try await Browser.signIn(client, as: "auditor").send(client, .get, "/api/keys/report")
      #expect(response.status == .serviceUnavailable && response.problem == "vault-unavailable")
    }
  }
}
