import Dashboard
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Sealing
import Store
import Synchronization
import Testing

@Suite struct SignInTests {
  @Test func cookieIsGuardedAndNewEachTime() async throws {
    let ward = try Ward()
    try await ward.addAccounts()
    try await ward.service.makeTestApplication().test(.router) { client in
      let body = #"{"account":"clinician","password":"\#(Ward.password)"}"#
      // A token that somebody planted before the sign-in is not taken over.
      let planted = "__Host-sealedbeat=" + String(repeating: "A", count: 43)
      let response = try await Browser(cookie: planted).send(client, .post, "/api/session", body: body)
      let cookie = try #require(response.headers[.setCookie])
      #expect(cookie.hasPrefix("__Host-sealedbeat=") && !cookie.hasPrefix(planted))
      for attribute in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=Strict"] {
        #expect(cookie.contains(attribute))
      }
      #expect(!cookie.contains("Domain"))
      let again = try await Browser(cookie: planted).send(client, .post, "/api/session", body: body)
      #expect(again.headers[.setCookie] != cookie)
      // The store holds a hash, not the token.
      let token = String(cookie.dropFirst("__Host-sealedbeat=".count).prefix { $0 != ";" })
      #expect(ward.store.state.withLock { $0.signIns.keys.allSatisfy { $0.count == 32 && $0 != Array(token.utf8) } })
    }
  }

  @Test func unknownNameWrongPasswordAndDisabledAccountAreOneAnswer() async throws {
    let ward = try Ward()
    try await ward.addAccounts()
    try await AccountAdministration(registry: ward.store, cost: Ward.cheap).setDisabled(true, account: "auditor")
    try await ward.service.makeTestApplication().test(.router) { client in
      var answers: Set<String> = []
      for (account, password) in [
        ("clinician", "wrong password 1"), ("nobody", Ward.password), ("auditor", Ward.password),
      ] {
        let response = try await Browser().send(
          client, .post, "/api/session", body: #"{"account":"\#(account)","password":"\#(password)"}"#)
        #expect(response.status == .unauthorized && response.headers[.setCookie] == nil)
        answers.insert(String(buffer: response.body))
      }
      #expect(answers.count == 1)
    }
  }

  @Test func signingOutEndsIt() async throws {
    let ward = try Ward()
    try await ward.addAccounts()
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      #expect(try await browser.send(client, .get, "/api/session").status == .ok)
      let response = try await browser.send(client, .delete, "/api/session")
      #expect(response.status == .noContent && response.headers[.setCookie]?.contains("Max-Age=0") == true)
      #expect(try await browser.send(client, .get, "/api/session").status == .unauthorized)
    }
  }

  @Test func endsWhenIdleAndWhenOld() async throws {
    let ward = try Ward()
    try await ward.addAccounts()
    try await ward.service.makeTestApplication().test(.router) { client in
      let idle = try await Browser.signIn(client, as: "clinician")
      ward.clock.advance(31 * 60)
      #expect(try await idle.send(client, .get, "/api/session").status == .unauthorized)
      let busy = try await Browser.signIn(client, as: "clinician")
      for _ in 0..<35 {
        ward.clock.advance(20 * 60)
        #expect(try await busy.send(client, .get, "/api/session").status == .ok)
      }
      // 11 h 40 min so far; the shift ends after 12.
      ward.clock.advance(25 * 60)
      #expect(try await busy.send(client, .get, "/api/session").status == .unauthorized)
    }
  }

  @Test func aDisabledAccountIsOutAtOnce() async throws {
    let ward = try Ward()
    try await ward.addAccounts()
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      let administrator = try await Browser.signIn(client, as: "administrator")
      let change = try await administrator.send(
        client, .patch, "/api/accounts/clinician", body: #"{"isDisabled":true}"#)
      #expect(change.status == .noContent)
      #expect(try await browser.send(client, .get, "/api/ward").status == .unauthorized)
      // Nobody locks themselves out.
      let own = try await administrator.send(
        client, .patch, "/api/accounts/administrator", body: #"{"isDisabled":true}"#)
      #expect(own.status == .forbidden)
    }
  }

  @Test func guessingIsLimited() async throws {
    let ward = try Ward()
    try await ward.addAccounts()
    try await ward.service.makeTestApplication().test(.router) { client in
      for _ in 0..<LoginLimiter.failuresPerAddress {
        let response = try await Browser().send(
          client, .post, "/api/session", body: #"{"account":"clinician","password":"wrong password 1"}"#)
        #expect(response.status == .unauthorized)
      }
      // Now even the right one is not looked at.
      let right = #"{"account":"clinician","password":"\#(Ward.password)"}"#
      let refused = try await Browser().send(client, .post, "/api/session", body: right)
      #expect(refused.status == .tooManyRequests && refused.headers[.retryAfter] != nil)
      ward.clock.advance(16)
      #expect(try await Browser().send(client, .post, "/api/session", body: right).status == .ok)
    }
  }

  @Test(arguments: [
    #"{"account":"clinician"}"#, "[]", "", "{\"account\":\"a\",\"password\":", String(repeating: "x", count: 9000),
  ])
  func nonsenseIsRefused(body: String) async throws {
    let ward = try Ward()
    try await ward.service.makeTestApplication().test(.router) { client in
      let response = try await Browser().send(client, .post, "/api/session", body: body)
      #expect([.badRequest, .contentTooLarge].contains(response.status))
    }
  }
}
