import Dashboard
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Sealing
import Store
import Synchronization
import Testing

@Suite struct OwnAccountTests {
  private static let fresh = "nine purple otters juggle"

  private static func change(
    _ client: any TestClientProtocol, _ browser: Browser, from old: String = Ward.password, to new: String
  ) async throws -> TestResponse {
    try await browser.send(
      client, .post, "/api/account/password", body: #"{"password":"\#(old)","newPassword":"\#(new)"}"#)
  }

  @Test func aNewPasswordNeedsTheOldOneAndEndsOtherSignIns() async throws {
    let ward = try Ward()
    try await ward.addAccounts()
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      let elsewhere = try await Browser.signIn(client, as: "clinician")
      let other = try await Browser.signIn(client, as: "auditor")
      let wrong = try await Self.change(client, browser, from: "not this one at all", to: Self.fresh)
      #expect(wrong.status == .forbidden && wrong.problem == "wrong-password")
      #expect(try await elsewhere.send(client, .get, "/api/session").status == .ok)
      #expect(try await Self.change(client, browser, to: Self.fresh).status == .noContent)
      #expect(try await elsewhere.send(client, .get, "/api/session").status == .unauthorized)
      #expect(try await browser.send(client, .get, "/api/session").status == .ok)
      #expect(try await other.send(client, .get, "/api/session").status == .ok)
      let old = try await Browser().send(
        client, .post, "/api/session", body: #"{"account":"clinician","password":"\#(Ward.password)"}"#)
      #expect(old.status == .unauthorized)
      _ = try await Browser.signIn(client, as: "clinician", password: Self.fresh)
      let changed = ward.store.state.withLock { $0.access.events.filter { $0.kind == .passwordChanged } }
      #expect(changed.map(\.account) == ["clinician"] && changed.map(\.actor) == ["clinician"])
    }
  }

  @Test func aWeakPasswordIsRefusedInWords() async throws {
    let ward = try Ward()
    try await ward.addAccounts()
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      for password in ["short", "password12345678", "clinicianclinician", Ward.password] {
        let answer = try await Self.change(client, browser, to: password)
        #expect(answer.status == .unprocessableContent && answer.problem == "weak-password", "\(password)")
        let error = try #require(try answer.json()["error"] as? [String: Any])
        #expect((error["reason"] as? String ?? "").count > 20)
      }
    }
  }

  @Test func signInsAreListedAndEnded() async throws {
    let ward = try Ward()
    try await ward.addAccounts()
    try await ward.service.makeTestApplication().test(.router) { client in
      let first = try await Browser.signIn(client, as: "clinician")
      ward.clock.advance(120)
      let second = try await Browser.signIn(client, as: "clinician")
      let other = try await Browser.signIn(client, as: "auditor")
      let listed = try await second.send(client, .get, "/api/account/sign-ins").json()
      let items = try #require(listed["items"] as? [[String: Any]])
      #expect(items.count == 2 && items[0]["isThis"] as? Bool == true && items[1]["isThis"] as? Bool == false)
      #expect(items[1]["createdMs"] as? UInt64 == items[1]["lastUsedMs"] as? UInt64)
      // Another account's sign-in does not exist here.
      let foreign = try #require(
        (try await other.send(client, .get, "/api/account/sign-ins").json()["items"] as? [[String: Any]])?.first?["id"]
          as? String)
      #expect(try await second.send(client, .delete, "/api/account/sign-ins/\(foreign)").status == .notFound)
      let id = try #require(items[1]["id"] as? String)
      #expect(try await second.send(client, .delete, "/api/account/sign-ins/\(id)").status == .noContent)
      #expect(try await first.send(client, .get, "/api/session").status == .unauthorized)
      #expect(try await second.send(client, .get, "/api/session").status == .ok)
      let third = try await Browser.signIn(client, as: "clinician")
      let ended = try await third.send(client, .delete, "/api/account/sign-ins")
      #expect(try ended.json()["ended"] as? Int == 1)
      #expect(try await second.send(client, .get, "/api/session").status == .unauthorized)
      #expect(try await third.send(client, .get, "/api/session").status == .ok)
      // An administrator ends them all.
      let administrator = try await Browser.signIn(client, as: "administrator")
      let seen = try await administrator.send(client, .get, "/api/accounts/clinician/sign-ins").json()
      #expect((seen["items"] as? [[String: Any]])?.count == 1)
      #expect(try await administrator.send(client, .delete, "/api/accounts/clinician/sign-ins").status == .ok)
      #expect(try await third.send(client, .get, "/api/session").status == .unauthorized)
      #expect(try await other.send(client, .get, "/api/session").status == .ok)
      #expect(try await administrator.send(client, .get, "/api/accounts/nobody/sign-ins").status == .notFound)
    }
  }

  /// What is ended while a request renews it stays ended.
  @Test func useIsNotedAndARevokedSignInDoesNotComeBack() async throws {
    let ward = try Ward()
    try await ward.addAccounts()
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      ward.clock.advance(90)
      #expect(try await browser.send(client, .get, "/api/session").status == .ok)
      let record = try #require(ward.store.state.withLock { $0.signIns.values.first })
      #expect(record.lastUsedAt == record.createdAt + 90_000_000)
      _ = try await ward.store.deleteSignIns(of: "clinician", except: nil)
      try await ward.store.renewSignIn(tokenHash: record.tokenHash, usedAt: ward.clock.now, expiresAt: ward.clock.now)
      #expect(ward.store.state.withLock { $0.signIns.isEmpty })
    }
  }

  /// Session fixation: whatever a browser had before, a sign-in has a new id, and the old one is over.
  @Test func theIdChangesAtSignIn() async throws {
    let ward = try Ward()
    try await ward.addAccounts()
    try await ward.service.makeTestApplication().test(.router) { client in
      let before = try await Browser.signIn(client, as: "clinician")
      let after = try await Browser.signIn(client, as: "administrator", from: before)
      #expect(before.cookie != after.cookie && before.requestToken != after.requestToken)
      #expect(try await before.send(client, .get, "/api/session").status == .unauthorized)
      #expect(try await after.send(client, .get, "/api/session").json()["account"] as? String == "administrator")
    }
  }
}
