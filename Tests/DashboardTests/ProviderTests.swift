import Crypto
import Dashboard
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import JWTKit
import Logging
import NIOCore
import Sealing
import Store
import Synchronization
import Testing

/// An identity provider on a free port: real HTTP, real signatures, and as wrong as a test asks.
final class TestProvider: Sendable {
  struct Claims: JWTPayload {
    var iss: String
    var sub = "4711"
    var aud: [String]
    var exp: Double
    var nonce: String
    var preferred_username: String
    func verify(using algorithm: some JWTAlgorithm) async throws {}
  }

  struct Answers: Sendable {
    var claims: @Sendable (inout Claims) -> Void = { _ in }
    var signsWithAnotherKey = false
    var issuerInDocument: String?
    var tokenEndpoint: String?
  }

  let answers = Mutex(Answers())
  /// Codes that were given out: what they are bound to.
  private let codes = Mutex<[String: (nonce: String, challenge: String, redirect: String)]>([:])
  private let port = Mutex(0)
  private let published = ES256PrivateKey()
  private let foreign = ES256PrivateKey()
  let clock: TestClock

  init(clock: TestClock) { self.clock = clock }

  var issuer: String { "http://127.0.0.1:\(port.withLock { $0 })" }

  /// What a person does at the provider: signs in and is sent back with a code.
  func approve(_ address: String) throws -> (state: String, code: String) {
    let items = try #require(URLComponents(string: address)?.queryItems)
    func value(_ name: String) throws -> String { try #require(items.first { $0.name == name }?.value) }
    #expect(try value("response_type") == "code" && value("code_challenge_method") == "S256")
    #expect(try value("client_id") == "sealedbeat")
    let code = UUID().uuidString
    let bound = (try value("nonce"), try value("code_challenge"), try value("redirect_uri"))
    codes.withLock { $0[code] = bound }
    return (try value("state"), code)
  }

  func run(_ body: () async throws -> Void) async throws {
    let router = Router()
    router.get("/.well-known/openid-configuration") { [self] _, _ in
      let answers = answers.withLock { $0 }
      let document = [
        "issuer": answers.issuerInDocument ?? issuer, "authorization_endpoint": "\(issuer)/authorize",
        "token_endpoint": answers.tokenEndpoint ?? "\(issuer)/token", "jwks_uri": "\(issuer)/keys",
      ]
      return ByteBuffer(bytes: try JSONEncoder().encode(document))
    }
    router.get("/keys") { [self] _, _ in
      let parameters = try #require(published.publicKey.parameters)
      let key = [
        "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": "one", "x": Self.url(parameters.x),
        "y": Self.url(parameters.y),
      ]
      return ByteBuffer(bytes: try JSONEncoder().encode(["keys": [key]]))
    }
    router.post("/token") { [self] request, _ in
      let body = String(buffer: try await request.body.collect(upTo: 8192))
      let form = Dictionary(
        uniqueKeysWithValues: (URLComponents(string: "?\(body)")?.queryItems ?? []).map { ($0.name, $0.value ?? "") })
      let basic = Data("sealedbeat:s3cret%2F%2B%3D".utf8).base64EncodedString()
      guard request.headers[.authorization] == "Basic \(basic)", let code = form["code"],
        let bound = codes.withLock({ $0.removeValue(forKey: code) }), form["redirect_uri"] == bound.redirect,
        let verifier = form["code_verifier"],
        Self.base64URL(Array(SHA256.hash(data: Array(verifier.utf8)))) == bound.challenge
      else { throw HTTPError(.badRequest) }
      let answers = answers.withLock { $0 }
      var claims = Claims(
        iss: issuer, aud: ["sealedbeat"], exp: Double(clock.now / 1_000_000) + 300, nonce: bound.nonce,
        preferred_username: "clinician")
      answers.claims(&claims)
      let keys = JWTKeyCollection()
      await keys.add(ecdsa: answers.signsWithAnotherKey ? foreign : published, kid: "one")
      let token = try await keys.sign(claims, kid: "one")
      return ByteBuffer(
        bytes: try JSONEncoder().encode(["id_token": token, "access_token": "x", "token_type": "Bearer"]))
    }
    let application = Application(
      router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { [self] channel in port.withLock { $0 = channel.localAddress?.port ?? 0 } },
      logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await application.runService(gracefulShutdownSignals: []) }
      while port.withLock({ $0 }) == 0 { await Task.yield() }
      try await body()
      group.cancelAll()
    }
  }

  static func base64URL(_ bytes: [UInt8]) -> String { url(Data(bytes).base64EncodedString()) }

  private static func url(_ text: String) -> String {
    text.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }
}

@Suite(.timeLimit(.minutes(2))) struct ProviderTests {
  private static func with(
    creating role: Role? = nil, requires: Set<Role> = [],
    _ body: @escaping @Sendable (Ward, TestProvider, any TestClientProtocol) async throws -> Void
  ) async throws {
    // Of its own: another test that turns the same clock would end this one's attempt.
    let clock = TestClock()
    let provider = TestProvider(clock: clock)
    try await provider.run {
      let ward = try Ward(
        configuration: DashboardConfiguration(
          port: 0, certificateChainPath: "", privateKeyPath: "", requiresSecondFactor: requires,
          provider: try ProviderConfiguration(
            issuer: provider.issuer, clientID: "sealedbeat", clientSecret: SecretBytes(copying: "s3cret/+=".utf8),
            dashboardURL: "https://localhost", name: "Clinic", createsAccountsAs: role), passwordCost: Ward.cheap),
        time: clock.timekeeper)
      try await ward.addAccounts()
      try await ward.service.makeTestApplication().test(.router) { client in try await body(ward, provider, client) }
    }
  }

  private static func begin(_ client: any TestClientProtocol) async throws -> (address: String, cookie: String) {
    let response = try await Browser().send(client, .get, "/api/provider/start")
    #expect(response.status == .seeOther)
    let cookie = try #require(response.headers[.setCookie])
    for attribute in ["__Host-", "; Secure", "; HttpOnly", "; SameSite=Lax"] { #expect(cookie.contains(attribute)) }
    return (try #require(response.headers[.location]), String(cookie.prefix { $0 != ";" }))
  }

  private static func back(
    _ client: any TestClientProtocol, _ query: String, cookie: String?
  ) async throws -> TestResponse {
    try await Browser(cookie: cookie).send(client, .get, "/api/provider/callback?\(query)")
  }

  @Test func somebodySignsInAtTheProvider() async throws {
    try await Self.with(requires: [.clinician]) { ward, provider, client in
      #expect(try await Browser().send(client, .get, "/api/sign-in-options").json()["provider"] as? String == "Clinic")
      let (address, cookie) = try await Self.begin(client)
      #expect(address.hasPrefix("\(provider.issuer)/authorize?"))
      let (state, code) = try provider.approve(address)
      let response = try await Self.back(client, "code=\(code)&state=\(state)", cookie: cookie)
      #expect(response.status == .seeOther && response.headers[.location] == "/")
      let cookies = response.headers[values: .setCookie]
      let session = try #require(cookies.first { $0.hasPrefix("__Host-sealedbeat=") })
      #expect(session.contains("SameSite=Strict"))
      #expect(cookies.contains { $0.hasPrefix("__Host-sealedbeat-provider=;") && $0.contains("Max-Age=0") })
      let browser = Browser(cookie: String(session.prefix { $0 != ";" }))
      let view = try await browser.send(client, .get, "/api/session").json()
      // The provider's word counts for the second factor.
      #expect(view["account"] as? String == "clinician" && view["needsSecondFactor"] as? Bool == false)
      // The code has served.
      let again = try await Self.back(client, "code=\(code)&state=\(state)", cookie: cookie)
      #expect(again.headers[.location] == "/sign-in?problem=provider-declined")
    }
  }

  @Test func aStrayWayBackSignsNobodyIn() async throws {
    try await Self.with { ward, provider, client in
      let (address, cookie) = try await Self.begin(client)
      let (state, code) = try provider.approve(address)
      let (_, otherCookie) = try await Self.begin(client)
      for (query, cookie) in [
        ("code=\(code)&state=\(state)", nil), ("code=\(code)&state=\(state)", otherCookie),
        ("code=\(code)&state=x", cookie), ("code=\(code)", cookie),
        ("code=\(code)&state=\(state)&iss=https://other.example", cookie),
        ("code=\(code)&state=\(state)", "__Host-sealedbeat-provider=AAAA"),
      ] {
        let response = try await Self.back(client, query, cookie: cookie)
        #expect(response.headers[.location] == "/sign-in?problem=provider-strayed", "\(query)")
        #expect(!response.headers[values: .setCookie].contains { $0.hasPrefix("__Host-sealedbeat=") })
      }
      let declined = try await Self.back(client, "error=access_denied&state=\(state)", cookie: cookie)
      #expect(declined.headers[.location] == "/sign-in?problem=provider-declined")
      provider.clock.advance(601)
      let late = try await Self.back(client, "code=\(code)&state=\(state)", cookie: cookie)
      #expect(late.headers[.location] == "/sign-in?problem=provider-strayed")
      #expect(ward.store.state.withLock { $0.signIns.isEmpty })
    }
  }

  enum Fault: String, CaseIterable, Sendable {
    case issuer, audience, nonce, expiry, key, document, plainEndpoint
  }

  @Test(arguments: Fault.allCases) func aTokenWithOneFaultSignsNobodyIn(fault: Fault) async throws {
    try await Self.with { ward, provider, client in
      let (address, cookie) = try await Self.begin(client)
      let (state, code) = try provider.approve(address)
      provider.answers.withLock { answers in
        switch fault {
        case .issuer: answers.claims = { $0.iss = "https://other.example" }
        case .audience: answers.claims = { $0.aud = ["another"] }
        case .nonce: answers.claims = { $0.nonce = "another" }
        case .expiry: answers.claims = { $0.exp -= 400 }
        case .key: answers.signsWithAnotherKey = true
        case .document: answers.issuerInDocument = "https://other.example"
        case .plainEndpoint: answers.tokenEndpoint = "http://provider.example/token"
        }
      }
      let response = try await Self.back(client, "code=\(code)&state=\(state)", cookie: cookie)
      #expect(response.headers[.location]?.hasPrefix("/sign-in?problem=provider-") == true)
      #expect(ward.store.state.withLock { $0.signIns.isEmpty })
    }
  }

  @Test(arguments: [nil, Role.clinician]) func anAccountIsMadeOnlyIfConfigured(role: Role?) async throws {
    try await Self.with(creating: role) { ward, provider, client in
      provider.answers.withLock { $0.claims = { $0.preferred_username = "New.Person" } }
      let (address, cookie) = try await Self.begin(client)
      let (state, code) = try provider.approve(address)
      let response = try await Self.back(client, "code=\(code)&state=\(state)", cookie: cookie)
      #expect(response.headers[.location] == (role == nil ? "/sign-in?problem=provider-unknown" : "/"))
      let account = try await ward.store.account("new.person")
      #expect(account?.role == role && account?.seesAllPatients != true)
      // It has no password that anybody could guess.
      let guess = try await Browser().send(
        client, .post, "/api/session", body: #"{"account":"new.person","password":""}"#)
      #expect(guess.status == .unauthorized)
    }
  }

  @Test(arguments: ["disabled", "../etc", "Robert'); DROP"]) func whoHasNoAccountIsRefused(name: String) async throws {
    try await Self.with(creating: .auditor) { ward, provider, client in
      try await AccountAdministration(registry: ward.store, cost: Ward.cheap).create(
        name: "disabled", role: .clinician, patients: .all, password: SecretBytes(copying: Ward.password.utf8))
      try await AccountAdministration(registry: ward.store, cost: Ward.cheap).setDisabled(true, account: "disabled")
      provider.answers.withLock { $0.claims = { $0.preferred_username = name } }
      let (address, cookie) = try await Self.begin(client)
      let (state, code) = try provider.approve(address)
      let response = try await Self.back(client, "code=\(code)&state=\(state)", cookie: cookie)
      #expect(response.headers[.location] == "/sign-in?problem=provider-unknown")
    }
  }

  @Test func withoutAProviderThereIsNone() async throws {
    let ward = try Ward()
    try await ward.service.makeTestApplication().test(.router) { client in
      let options = try await Browser().send(client, .get, "/api/sign-in-options").json()
      #expect(options["provider"] == nil)
      #expect(try await Browser().send(client, .get, "/api/provider/start").status == .notFound)
      #expect(try await Browser().send(client, .get, "/api/provider/callback?code=a&state=b").status == .notFound)
    }
  }

  @Test(arguments: ["http://provider.example", "ftp://localhost", "provider.example", "http://127.0.0.1.example", ""])
  func anUnsafeAddressIsNoProvider(issuer: String) {
    #expect(throws: ProviderConfiguration.Fault.self) {
      try ProviderConfiguration(
        issuer: issuer, clientID: "a", clientSecret: nil, dashboardURL: "https://localhost", name: "x")
    }
  }
}
