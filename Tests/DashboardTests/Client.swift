import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

/// What a browser would do: keeps the cookie, sends `Host`, `Origin` and the request token.
struct Browser: Sendable {
  var cookie: String?
  var requestToken: String?

  func fields(method: HTTPRequest.Method, changing: HTTPFields = [:]) -> HTTPFields {
    var fields: HTTPFields = [:]
    if let cookie { fields[.cookie] = cookie }
    if method != .get {
      // HummingbirdTesting sends its requests to this authority.
      fields[.origin] = "https://localhost"
      fields[HTTPField.Name("Sec-Fetch-Site")!] = "same-origin"  // a valid token, never nil
      fields[.contentType] = "application/json"
      if let requestToken { fields[HTTPField.Name("X-Request-Token")!] = requestToken }  // as above
    }
    for field in changing { fields[field.name] = field.value.isEmpty ? nil : field.value }
    return fields
  }

  static func signIn(
    _ client: some TestClientProtocol, as account: String, password: String = Ward.password,
    from browser: Browser = Browser()
  ) async throws -> Browser {
    let response = try await browser.send(
      client, .post, "/api/session", body: #"{"account":"\#(account)","password":"\#(password)"}"#)
    #expect(response.status == .ok)
    let header = try #require(response.headers[.setCookie])
    let session = try JSONDecoder().decode(Session.self, from: Data(response.body.readableBytesView))
    return Browser(cookie: String(header.prefix { $0 != ";" }), requestToken: session.requestToken)
  }

  struct Session: Decodable {
    let account: String
    let role: String
    let requestToken: String
  }

  func send(
    _ client: some TestClientProtocol, _ method: HTTPRequest.Method, _ uri: String, body: String? = nil,
    changing: HTTPFields = [:]
  ) async throws -> TestResponse {
    let response = try await client.executeRequest(
      uri: uri, method: method, headers: fields(method: method, changing: changing),
      body: body.map { ByteBuffer(string: $0) })
    // Every answer to any test is what the document says it is.
    let faults = try Document().faults(of: response, to: method, at: uri)
    #expect(faults.isEmpty, "\(faults.joined(separator: "; "))")
    return response
  }
}

extension TestResponse {
  /// The body as JSON.
  func json() throws -> [String: Any] {
    try #require(JSONSerialization.jsonObject(with: Data(body.readableBytesView)) as? [String: Any])
  }

  /// The stable code of a refusal.
  var problem: String? { (object?["error"] as? [String: Any])?["code"] as? String }

  /// The body as a JSON object; `nil` where it is none.
  var object: [String: Any]? {
    (try? JSONSerialization.jsonObject(with: Data(body.readableBytesView))) as? [String: Any]
  }
}
