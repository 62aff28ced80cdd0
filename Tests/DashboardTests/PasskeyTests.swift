import Crypto
import Dashboard
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Sealing
import Store
import Synchronization
import Testing
import Wire

/// Passkeys over the API: registered, used beside a password and alone, and all that must not work.
@Suite struct PasskeyTests {
  typealias Client = any TestClientProtocol
  static let origin = "https://localhost"

  /// An authenticator with one key, as a browser speaks of it.
  struct Authenticator {
    let key = P256.Signing.PrivateKey()
    let credential: [UInt8] = (0..<32).map { _ in UInt8.random(in: 0...255) }
    var user = ""
    var party = "localhost"
    var flags: UInt8 = 0x05
    var counter: UInt32 = 0
    var origin = PasskeyTests.origin

    private func data(_ flags: UInt8) -> [UInt8] {
      Array(SHA256.hash(data: Array(party.utf8))) + [flags]
        + (0..<4).map { UInt8(truncatingIfNeeded: counter >> (24 - 8 * $0)) }
    }

    private func client(_ type: String, _ challenge: String) -> [UInt8] {
      Array(#"{"type":"\#(type)","challenge":"\#(challenge)","origin":"\#(origin)","crossOrigin":false}"#.utf8)
    }

    func made(_ options: [String: Any], name: String) throws -> String {
      let challenge = try #require(options["challenge"] as? String), user = try #require(options["user"] as? String)
      let point = key.publicKey.x963Representation
      var cose = CBORWriter()
      cose.beginMap(5)
      for (label, value) in [(1, 2), (3, -7), (-1, 1)] {
        cose.write(signed: Int64(label))
        cose.write(signed: Int64(value))
      }
      cose.write(signed: -2)
      cose.write(bytes: Array(point[1..<33]))
      cose.write(signed: -3)
      cose.write(bytes: Array(point[33...]))
      let auth = data(flags | 0x40) + [UInt8](repeating: 0, count: 16) + [0, 32] + credential + cose.bytes
      var attestation = CBORWriter()
      attestation.beginMap(3)
      attestation.write(text: "fmt")
      attestation.write(text: "none")
      attestation.write(text: "attStmt")
      attestation.beginMap(0)
      attestation.write(text: "authData")
      attestation.write(bytes: auth)
      let body = [
        "name": name, "user": user, "clientData": Self.url(client("webauthn.create", challenge)),
        "attestation": Self.url(attestation.bytes),
      ]
      return String(decoding: try JSONEncoder().encode(body), as: UTF8.self)
    }

    /// The answer to a challenge; the counter goes forward by `step`.
    mutating func answer(_ challenge: String, step: UInt32 = 1) throws -> String {
      counter += step
      let told = client("webauthn.get", challenge), auth = data(flags)
      let signature = try key.signature(for: auth + Array(SHA256.hash(data: told))).derRepresentation
      let body = [
        "credential": Self.url(credential), "user": user, "clientData": Self.url(told), "data": Self.url(auth),
        "signature": Self.url(Array(signature)),
      ]
      return String(decoding: try JSONEncoder().encode(body), as: UTF8.self)
    }

    static func url(_ bytes: [UInt8]) -> String {
      Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
  }

  private static func ward(_ roles: Set<Role> = []) async throws -> Ward {
    var configuration = DashboardConfiguration(
      port: 0, certificateChainPath: "", privateKeyPath: "", requiresSecondFactor: roles, passwordCost: Ward.cheap)
    configuration.relyingParty = RelyingParty(dashboardURL: origin)
    let ward = try Ward(configuration: configuration)
    try await ward.addAccounts()
    return ward
  }

  private static let proof = #"{"password":"\#(Ward.password)"}"#

  /// Registers a key; recovery codes come with the first one.
  private static func register(
    _ client: Client, _ browser: Browser, name: String = "blue key", proof: String = proof
  ) async throws -> (Authenticator, codes: [String]) {
    let options = try await browser.send(client, .post, "/api/account/passkeys/options", body: proof)
    #expect(options.status == .ok)
    var key = Authenticator()
    key.user = try #require(try options.json()["user"] as? String)
    let added = try await browser.send(
      client, .post, "/api/account/passkeys", body: try key.made(try options.json(), name: name))
    #expect(added.status == .ok)
    return (key, try #require(try added.json()["recoveryCodes"] as? [String]))
  }

  /// A browser that was given a challenge.
  private static func challenged(_ client: Client, _ browser: Browser = Browser()) async throws -> (Browser, String) {
    let response = try await browser.send(client, .post, "/api/passkey-challenges")
    #expect(response.status == .ok)
    var browser = browser
    let cookie = String(try #require(response.headers[.setCookie]).prefix { $0 != ";" })
    browser.cookie = [browser.cookie, cookie].compactMap { $0 }.joined(separator: "; ")
    return (browser, try #require(try response.json()["challenge"] as? String))
  }

  private static func signIn(_ client: Client, _ browser: Browser, _ answer: String) async throws -> TestResponse {
    try await browser.send(client, .post, "/api/session/passkey", body: answer)
  }

  @Test func aPasskeyAloneLetsIn() async throws {
    let ward = try await Self.ward([.clinician])
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      // The role needs a second factor: nothing else is open before.
      #expect(try await browser.send(client, .get, "/api/ward").problem == "second-factor-needed")
      var (key, codes) = try await Self.register(client, browser)
      #expect(Set(codes).count == 10)
      #expect(try await browser.send(client, .get, "/api/ward").status == .ok)
      // The password alone does not any more.
      let password = #"{"account":"clinician","password":"\#(Ward.password)"}"#
      #expect(try await Browser().send(client, .post, "/api/session", body: password).problem == "wrong-password")
      let (other, challenge) = try await Self.challenged(client)
      let response = try await Self.signIn(client, other, try key.answer(challenge))
      #expect(response.status == .ok)
      #expect(try response.json()["account"] as? String == "clinician")
      let list = try await browser.send(client, .get, "/api/account").json()
      let keys = try #require(list["passkeys"] as? [[String: Any]])
      #expect(keys.map { $0["name"] as? String } == ["blue key"] && keys[0]["lastUsedMs"] != nil)
      // Nothing of it rests in the clear.
      let record = try #require(try await ward.store.passkeys(of: "clinician").first)
      #expect(!Data(record.box).contains(Data("blue key".utf8)) && !Data(record.box).contains(Data(key.credential)))
      // A recovery code stays the way back.
      let back = #"{"account":"clinician","password":"\#(Ward.password)","code":"\#(codes[0])"}"#
      #expect(try await Browser().send(client, .post, "/api/session", body: back).status == .ok)
      let kinds = ward.store.state.withLock { $0.access.events.map(\.kind) }
      #expect(kinds.contains(.passkeyAdded) && kinds.contains(.recoveryCodeUsed))
    }
  }

  @Test func besideAPasswordATouchIsEnough() async throws {
    let ward = try await Self.ward()
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      var (key, _) = try await Self.register(client, browser)
      key.flags = 0x01
      var (other, challenge) = try await Self.challenged(client)
      // Alone it has to know whose hand it is in.
      #expect(try await Self.signIn(client, other, try key.answer(challenge)).problem == "wrong-password")
      (other, challenge) = try await Self.challenged(client)
      let body = #"{"account":"clinician","password":"\#(Ward.password)","passkey":\#(try key.answer(challenge))}"#
      let response = try await other.send(client, .post, "/api/session", body: body)
      #expect(response.status == .ok)
      // The same answer once more; and with another's name.
      #expect(try await other.send(client, .post, "/api/session", body: body).problem == "wrong-password")
      (other, challenge) = try await Self.challenged(client)
      let foreign =
        #"{"account":"administrator","password":"\#(Ward.password)","passkey":\#(try key.answer(challenge))}"#
      // An account without a second factor does not look at one.
      #expect(try await other.send(client, .post, "/api/session", body: foreign).status == .ok)
      let administrator = try await Browser.signIn(client, as: "administrator")
      _ = try await Self.register(client, administrator, name: "mine")
      (other, challenge) = try await Self.challenged(client)
      let again = #"{"account":"administrator","password":"\#(Ward.password)","passkey":\#(try key.answer(challenge))}"#
      #expect(try await other.send(client, .post, "/api/session", body: again).problem == "wrong-password")
    }
  }

  /// What an attacker might send: each is one and the same refusal.
  @Test func whatMustNotWork() async throws {
    let ward = try await Self.ward()
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      var (key, _) = try await Self.register(client, browser)
      /// A sign-in that is right: failures before it are forgotten, and four more are looked at.
      func signInRightly() async throws {
        ward.clock.advance(20 * 60)
        let (browser, challenge) = try await Self.challenged(client)
        #expect(try await Self.signIn(client, browser, try key.answer(challenge)).status == .ok)
      }
      func refuse(_ browser: Browser, _ answer: String, _ line: Int = #line) async throws {
        #expect(try await Self.signIn(client, browser, answer).problem == "wrong-password", "line \(line)")
      }
      let changes: [@Sendable (inout Authenticator) -> Void] = [
        { $0.origin = "https://evil.example" }, { $0.party = "evil.example" }, { $0.flags = 0x04 },
        { $0.user = "AAAA" },
      ]
      for change in changes {
        var hostile = key
        change(&hostile)
        let (other, challenge) = try await Self.challenged(client)
        try await refuse(other, try hostile.answer(challenge))
      }
      // A challenge of another browser, of nobody, one that was used, and one of too long ago.
      try await signInRightly()
      let (one, challenge) = try await Self.challenged(client)
      let (two, _) = try await Self.challenged(client)
      try await refuse(two, try key.answer(challenge))
      try await refuse(Browser(), try key.answer(challenge))
      let answer = try key.answer(challenge)
      #expect(try await Self.signIn(client, one, answer).status == .ok)
      try await refuse(one, answer)
      let (late, old) = try await Self.challenged(client)
      ward.clock.advance(5 * 60 + 1)
      try await refuse(late, try key.answer(old))
      // A counter that stands still or goes back: a copy.
      try await signInRightly()
      for counter in [key.counter, 1] {
        let (other, challenge) = try await Self.challenged(client)
        var copy = key
        copy.counter = counter
        try await refuse(other, try copy.answer(challenge, step: 0))
      }
      #expect(ward.store.state.withLock { $0.access.events.contains { $0.kind == .passkeyCounterBack } })
      // A key that nobody has.
      var stranger = Authenticator()
      let (other, last) = try await Self.challenged(client)
      try await refuse(other, try stranger.answer(last))
      for body in ["{}", "[]", #"{"credential":"","clientData":"","data":"","signature":""}"#] {
        let response = try await Self.signIn(client, other, body)
        #expect([400, 401].contains(response.status.code), "\(body)")
      }
    }
  }

  @Test func registrationIsBoundToTheSignInAndToTheProof() async throws {
    let ward = try await Self.ward()
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      let elsewhere = try await Browser.signIn(client, as: "clinician")
      let wrong = try await browser.send(
        client, .post, "/api/account/passkeys/options", body: #"{"password":"not the password at all"}"#)
      #expect(wrong.status == .forbidden && wrong.problem == "wrong-password")
      let options = try await browser.send(client, .post, "/api/account/passkeys/options", body: Self.proof).json()
      var key = Authenticator()
      let made = try key.made(options, name: "mine")
      #expect(try await elsewhere.send(client, .post, "/api/account/passkeys", body: made).problem == "passkey-refused")
      // A challenge for using keys registers none.
      let (_, challenge) = try await Self.challenged(client)
      var mixed = options
      mixed["challenge"] = challenge
      #expect(
        try await browser.send(client, .post, "/api/account/passkeys", body: try key.made(mixed, name: "x")).problem
          == "passkey-refused")
      key.origin = "https://evil.example"
      #expect(
        try await browser.send(client, .post, "/api/account/passkeys", body: try key.made(options, name: "x")).problem
          == "passkey-refused")
      #expect(try await browser.send(client, .post, "/api/account/passkeys", body: made).status == .ok)
      #expect(try await browser.send(client, .post, "/api/account/passkeys", body: made).problem == "passkey-refused")
    }
  }

  @Test func keysAreListedRemovedAndReset() async throws {
    let ward = try await Self.ward()
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      var (key, codes) = try await Self.register(client, browser)
      // The second one is proved by the first, and brings no codes.
      func proof() async throws -> (Browser, String) {
        let (asked, challenge) = try await Self.challenged(client, browser)
        return (asked, #"{"password":"\#(Ward.password)","passkey":\#(try key.answer(challenge))}"#)
      }
      var (asked, body) = try await proof()
      let more = try await Self.register(client, asked, name: "in the safe", proof: body)
      #expect(more.codes.isEmpty)
      let list = try #require(
        try await browser.send(client, .get, "/api/account").json()["passkeys"] as? [[String: Any]])
      #expect(list.count == 2)
      let id = try #require(list.first { $0["name"] as? String == "in the safe" }?["id"] as? String)
      #expect(
        try await browser.send(client, .post, "/api/account/passkeys/\(id)/removal", body: Self.proof).status
          == .forbidden)
      (asked, body) = try await proof()
      #expect(
        try await asked.send(client, .post, "/api/account/passkeys/\(id)/removal", body: body).status == .noContent)
      #expect(try await ward.store.recoveryCodeCount(of: "clinician") == codes.count)
      // An administrator takes away what is lost, recovery codes included.
      let administrator = try await Browser.signIn(client, as: "administrator")
      let reset = try await administrator.send(client, .delete, "/api/accounts/clinician/second-factor")
      #expect(reset.status == .noContent)
      #expect(try await ward.store.passkeys(of: "clinician").isEmpty)
      #expect(try await ward.store.recoveryCodeCount(of: "clinician") == 0)
      let (other, challenge) = try await Self.challenged(client)
      #expect(try await Self.signIn(client, other, try key.answer(challenge)).problem == "wrong-password")
      _ = try await Browser.signIn(client, as: "clinician")
      codes = []
    }
  }

  @Test func withoutAnAddressThereAreNone() async throws {
    let ward = try Ward()
    try await ward.addAccounts()
    try await ward.service.makeTestApplication().test(.router) { client in
      #expect(try await Browser().send(client, .post, "/api/passkey-challenges").problem == "no-passkeys")
      let browser = try await Browser.signIn(client, as: "clinician")
      #expect(try await browser.send(client, .get, "/api/account").json()["offersPasskeys"] as? Bool == false)
      let options = try await browser.send(client, .post, "/api/account/passkeys/options", body: Self.proof)
      #expect(options.problem == "no-passkeys")
    }
  }
}
