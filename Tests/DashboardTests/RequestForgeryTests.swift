import Dashboard
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

@Suite struct RequestForgeryTests {
  private static let site = HTTPField.Name("Sec-Fetch-Site")!  // a valid token, never nil
  private static let token = HTTPField.Name("X-Request-Token")!  // as above

  /// A change of one header of a good request; an empty value takes the header away.
  @Test(
    arguments: [
      [HTTPField.Name.origin: "https://evil.example"], [.origin: "http://localhost"], [.origin: "null"], [.origin: ""],
      [.origin: "https://localhost.evil.example"], [RequestForgeryTests.site: "cross-site"],
      [RequestForgeryTests.site: "same-site"], [RequestForgeryTests.token: ""], [RequestForgeryTests.token: "00"],
    ] as [HTTPFields])
  func aForgedRequestChangesNothing(change: HTTPFields) async throws {
    let ward = try Ward()
    try await ward.addAccounts()
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "administrator")
      let forged = try await browser.send(
        client, .post, "/api/patients", body: #"{"name":"Mallory"}"#, changing: change)
      #expect(forged.status == .forbidden && forged.problem == "foreign-request")
      #expect(try await ward.store.patients().isEmpty)
      #expect(try await browser.send(client, .post, "/api/patients", body: #"{"name":"Alice"}"#).status == .ok)
    }
  }

  @Test func signInNeedsOurOriginToo() async throws {
    let ward = try Ward()
    try await ward.addAccounts()
    try await ward.service.makeTestApplication().test(.router) { client in
      let response = try await Browser().send(
        client, .post, "/api/session", body: #"{"account":"clinician","password":"\#(Ward.password)"}"#,
        changing: [.origin: "https://evil.example"])
      #expect(response.status == .forbidden && response.headers[.setCookie] == nil)
    }
  }

  @Test func aFormOfAnotherPageIsNoJSON() async throws {
    let ward = try Ward()
    try await ward.addAccounts()
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "administrator")
      let response = try await browser.send(
        client, .post, "/api/patients", body: #"{"name":"Mallory"}"#, changing: [.contentType: "text/plain"])
      #expect(response.status == .badRequest)
    }
  }

  @Test func theTokenOfAnotherSignInIsWorthless() async throws {
    let ward = try Ward()
    try await ward.addAccounts()
    try await ward.service.makeTestApplication().test(.router) { client in
      var browser = try await Browser.signIn(client, as: "administrator")
      browser.requestToken = try await Browser.signIn(client, as: "administrator").requestToken
      #expect(
        try await browser.send(client, .post, "/api/patients", body: #"{"name":"M"}"#).problem == "foreign-request")
    }
  }
}
