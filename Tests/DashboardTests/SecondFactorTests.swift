import Dashboard
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import KeyVaultClient
import Sealing
import Store
import Synchronization
import Testing

/// A phone with an authenticator app: knows the secret and computes codes, once a step.
struct Phone {
  let secret: SecretBytes

  init(base32: String) {
    var bytes: [UInt8] = []
    var bits: UInt32 = 0
    var count = 0
    for character in base32 {
      let value = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567").firstIndex(of: character) ?? 0
      bits = bits << 5 | UInt32(value)
      count += 5
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
      }
    }
    secret = SecretBytes(copying: bytes)
  }

  func code(_ clock: TestClock) -> String { OneTimeCode.code(secret, step: OneTimeCode.step(at: clock.now)) }
}

@Suite struct SecondFactorTests {
  typealias Client = any TestClientProtocol

  /// Adds a second factor to an account, and lets its step pass.
  static func enrol(
    _ ward: Ward, _ client: Client, _ browser: Browser
  ) async throws -> (phone: Phone, recoveryCodes: [String]) {
    let begun = try await browser.send(
      client, .post, "/api/account/second-factor", body: #"{"password":"\#(Ward.password)"}"#)
    #expect(begun.status == .ok)
    let enrolment = try begun.json()
    let phone = Phone(base32: try #require(enrolment["secret"] as? String))
    #expect((enrolment["uri"] as? String)?.hasPrefix("otpauth://totp/SealedBeat:") == true)
    #expect(((enrolment["qr"] as? [String: Any])?["size"] as? Int ?? 0) > 20)
    let confirmed = try await browser.send(
      client, .post, "/api/account/second-factor/confirmation", body: #"{"code":"\#(phone.code(ward.clock))"}"#)
    #expect(confirmed.status == .ok)
    ward.clock.advance(30)
    return (phone, try #require(try confirmed.json()["recoveryCodes"] as? [String]))
  }

  private static func attempt(
    _ client: Client, code: String?, password: String = Ward.password, account: String = "clinician"
  ) async throws -> TestResponse {
    let code = code.map { #","code":"\#($0)""# } ?? ""
    return try await Browser().send(
      client, .post, "/api/session", body: #"{"account":"\#(account)","password":"\#(password)"\#(code)}"#)
  }

  private static func ward(_ roles: Set<Role> = []) async throws -> Ward {
    let ward = try Ward(
      configuration: DashboardConfiguration(
        port: 0, certificateChainPath: "", privateKeyPath: "", requiresSecondFactor: roles, passwordCost: Ward.cheap))
    try await ward.addAccounts()
    return ward
  }

  @Test func aCodeIsNeededAndCountsOnce() async throws {
    let ward = try await Self.ward()
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      let (phone, _) = try await Self.enrol(ward, client, browser)
      // Without a code, with a wrong one, and with a wrong password and the right code: one and the same answer.
      var answers: Set<String> = []
      let right = phone.code(ward.clock)
      let wrong = right == "000000" ? "000001" : "000000"
      for (code, password) in [(nil, Ward.password), (wrong, Ward.password), (right, "not this one at all")] {
        let answer = try await Self.attempt(client, code: code, password: password)
        #expect(answer.status == .unauthorized && answer.headers[.setCookie] == nil)
        answers.insert(String(buffer: answer.body))
      }
      let unknown = try await Self.attempt(client, code: right, account: "nobody")
      #expect(answers.union([String(buffer: unknown.body)]).count == 1)
      // A wrong password did not use the code up; a sign-in does.
      #expect(try await Self.attempt(client, code: "\(right.prefix(3)) \(right.suffix(3))").status == .ok)
      #expect(try await Self.attempt(client, code: right).status == .unauthorized)
      ward.clock.advance(30)
      #expect(try await Self.attempt(client, code: phone.code(ward.clock)).status == .ok)
    }
  }

  @Test func theSecretRestsSealedAndForItsAccountOnly() async throws {
    let ward = try await Self.ward()
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      let (phone, codes) = try await Self.enrol(ward, client, browser)
      let box = ward.store.state.withLock { $0.access.factors["clinician"]?.box ?? [] }
      let secret = phone.secret.withUnsafeBytes { Array($0) }
      #expect(!box.isEmpty && Data(box).range(of: Data(secret)) == nil)
      let hashes = ward.store.state.withLock { $0.access.recoveryCodes["clinician"] ?? [] }
      #expect(hashes.count == 10 && codes.count == 10 && hashes.allSatisfy { $0.count == 32 })
      // Moved to another account it opens nothing there.
      ward.store.change { state in
        state.access.factors["auditor"] = SecondFactorRecord(
          account: "auditor", box: box, isConfirmed: true, lastStep: 0, createdAt: 1)
      }
      let moved = try await Self.attempt(client, code: phone.code(ward.clock), account: "auditor")
      #expect(moved.status == .internalServerError && moved.headers[.setCookie] == nil)
    }
  }

  @Test func recoveryCodesServeOnceEachAndWithoutTheVault() async throws {
    let ward = try await Self.ward()
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      let (phone, codes) = try await Self.enrol(ward, client, browser)
      ward.clock.advance(16 * 60)
      ward.keys.fail(.sealed)
      #expect(try await Self.attempt(client, code: phone.code(ward.clock)).status == .serviceUnavailable)
      #expect(try await Self.attempt(client, code: codes[0].lowercased()).status == .ok)
      #expect(try await Self.attempt(client, code: codes[0]).status == .unauthorized)
      #expect(try await Self.attempt(client, code: codes[1]).status == .ok)
      ward.keys.fail(nil)
      #expect(ward.store.state.withLock { $0.access.events.count { $0.kind == .recoveryCodeUsed } } == 2)
      let again = try await Browser().send(
        client, .post, "/api/session",
        body: #"{"account":"clinician","password":"\#(Ward.password)","code":"\#(phone.code(ward.clock))"}"#)
      #expect(again.status == .ok)
    }
  }

  @Test func addingOneEndsSignInsThatThePasswordAloneOpened() async throws {
    let ward = try await Self.ward()
    try await ward.service.makeTestApplication().test(.router) { client in
      let elsewhere = try await Browser.signIn(client, as: "clinician")
      let browser = try await Browser.signIn(client, as: "clinician")
      _ = try await Self.enrol(ward, client, browser)
      #expect(try await elsewhere.send(client, .get, "/api/session").status == .unauthorized)
      #expect(try await browser.send(client, .get, "/api/session").status == .ok)
      // A second one is not begun over it.
      ward.clock.advance(30)
      let account = try await browser.send(client, .get, "/api/account").json()
      #expect((account["secondFactor"] as? [String: Any])?["recoveryCodesLeft"] as? Int == 10)
      #expect(account["method"] as? String == "password-code")
    }
  }

  @Test func anUnconfirmedOneIsAskedForNowhere() async throws {
    let ward = try await Self.ward()
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      let begun = try await browser.send(
        client, .post, "/api/account/second-factor", body: #"{"password":"\#(Ward.password)"}"#)
      #expect(begun.status == .ok)
      let wrong = try await browser.send(
        client, .post, "/api/account/second-factor/confirmation", body: #"{"code":"000000"}"#)
      #expect(wrong.status == .unprocessableContent && wrong.problem == "wrong-code")
      #expect(try await Self.attempt(client, code: nil).status == .ok)
      // Nor is it begun without the password.
      let stolen = try await browser.send(
        client, .post, "/api/account/second-factor", body: #"{"password":"not this one at all"}"#)
      #expect(stolen.status == .forbidden && stolen.problem == "wrong-password")
    }
  }

  @Test func removalNeedsPasswordAndCode() async throws {
    let ward = try await Self.ward()
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      let (phone, _) = try await Self.enrol(ward, client, browser)
      let path = "/api/account/second-factor/removal"
      let without = try await browser.send(client, .post, path, body: #"{"password":"\#(Ward.password)"}"#)
      #expect(without.status == .forbidden && without.problem == "wrong-password")
      let code = phone.code(ward.clock)
      let done = try await browser.send(
        client, .post, path, body: #"{"password":"\#(Ward.password)","code":"\#(code)"}"#)
      #expect(done.status == .noContent)
      #expect(try await Self.attempt(client, code: nil).status == .ok)
      #expect(
        try await browser.send(client, .post, path, body: #"{"password":"\#(Ward.password)"}"#).status == .notFound)
    }
  }

  @Test func anAdministratorResetsAnothersNotTheirOwn() async throws {
    let ward = try await Self.ward()
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      _ = try await Self.enrol(ward, client, browser)
      let administrator = try await Browser.signIn(client, as: "administrator")
      let own = try await administrator.send(client, .delete, "/api/accounts/administrator/second-factor")
      #expect(own.status == .forbidden)
      let done = try await administrator.send(client, .delete, "/api/accounts/clinician/second-factor")
      #expect(done.status == .noContent)
      #expect(try await browser.send(client, .get, "/api/session").status == .unauthorized)
      #expect(try await Self.attempt(client, code: nil).status == .ok)
      let events = try await administrator.send(client, .get, "/api/account-events").json()
      let items = try #require(events["items"] as? [[String: Any]])
      let reset = try #require(items.first { $0["kind"] as? String == "second-factor-reset" })
      #expect(reset["account"] as? String == "clinician" && reset["actor"] as? String == "administrator")
    }
  }

  @Test func aRoleThatNeedsOneDoesNothingElseBefore() async throws {
    let ward = try await Self.ward([.clinician])
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      #expect(try await browser.send(client, .get, "/api/session").json()["needsSecondFactor"] as? Bool == true)
      for path in ["/api/ward", "/api/alerts", "/api/events", "/api/account/sign-ins"] {
        let answer = try await browser.send(client, .get, path)
        #expect(answer.status == .forbidden && answer.problem == "second-factor-needed", "\(path)")
      }
      let (phone, _) = try await Self.enrol(ward, client, browser)
      #expect(try await browser.send(client, .get, "/api/ward").status == .ok)
      // Taken away, it is needed again.
      let removal = try await browser.send(
        client, .post, "/api/account/second-factor/removal",
        body: #"{"password":"\#(Ward.password)","code":"\#(phone.code(ward.clock))"}"#)
      #expect(removal.status == .noContent)
      #expect(try await browser.send(client, .get, "/api/ward").status == .forbidden)
      // Others need none.
      let administrator = try await Browser.signIn(client, as: "administrator")
      #expect(try await administrator.send(client, .get, "/api/devices").status == .ok)
    }
  }

  @Test func codesAreGuessedNoMoreOftenThanPasswords() async throws {
    let ward = try await Self.ward()
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      let (phone, _) = try await Self.enrol(ward, client, browser)
      let right = phone.code(ward.clock)
      let wrong = right == "000000" ? "000001" : "000000"
      // Half of the guesses where one signs in, half where a signed-in page asks.
      for index in 0..<LoginLimiter.failuresPerAddress {
        let status =
          index.isMultiple(of: 2)
          ? try await Self.attempt(client, code: wrong).status
          : try await browser.send(
            client, .post, "/api/account/second-factor/removal",
            body: #"{"password":"\#(Ward.password)","code":"\#(wrong)"}"#
          ).status
        #expect(status == (index.isMultiple(of: 2) ? .unauthorized : .forbidden))
      }
      #expect(try await Self.attempt(client, code: right).status == .tooManyRequests)
    }
  }
}
