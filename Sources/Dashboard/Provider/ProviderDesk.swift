internal import AsyncHTTPClient
internal import Decryptor
internal import Foundation
internal import JWTKit
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL
internal import Sealing
internal import Store
internal import Synchronization

/// Lets people sign in at an OpenID Connect provider.
final class ProviderDesk: Sendable {
  /// Why nobody was let in; the page has words for each.
  enum Refusal: String, Error, Sendable {
    /// The way back does not belong to an attempt of this browser, or came too late.
    case strayed = "provider-strayed"
    /// The provider, or the person there, said no.
    case declined = "provider-declined"
    /// The provider does not answer, or not as it should.
    case unavailable = "provider-unavailable"
    /// The provider's word is good, but there is no account for it here.
    case unknown = "provider-unknown"
  }

  /// Largest answer of the provider that is read.
  private static let answerLimit = 256 << 10
  /// Keys of the provider that are looked at.
  private static let keyLimit = 32
  private static let timeout = TimeAmount.seconds(10)
  /// Ways back that are being looked into at a time: each asks the provider.
  private static let concurrencyLimit = 16

  let configuration: ProviderConfiguration
  private let registry: any AccessStore
  private let time: Timekeeper
  private let logger: Logger
  private let client: HTTPClient
  private let key: SecretBytes
  private let running = Mutex(0)

  init(configuration: ProviderConfiguration, registry: any AccessStore, time: Timekeeper, logger: Logger) throws {
    self.configuration = configuration
    self.registry = registry
    self.time = time
    self.logger = logger
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.minimumTLSVersion = .tlsv12
    if let file = configuration.authorityFile { tls.trustRoots = .file(file) }
    client = HTTPClient(
      eventLoopGroupProvider: .singleton,
      configuration: .init(tlsConfiguration: tls, redirectConfiguration: .disallow))
    key = try SecretBytes(randomCount: 32)
  }

  deinit { client.shutdown(queue: .global()) { _ in } }

  // MARK: There

  /// Where the browser goes, and what it keeps meanwhile.
  func begin() async throws -> (address: String, cookie: String) {
    let provider = try await discover()
    let flow = try ProviderFlow(now: now)
    let sealed = try SealedBox(key: key).seal(Array(try JSONEncoder().encode(flow)), context: "provider")
    let address = Self.address(
      provider.authorization_endpoint,
      [
        ("response_type", "code"), ("scope", "openid profile"), ("client_id", configuration.clientID),
        ("redirect_uri", configuration.redirectURI), ("state", flow.state), ("nonce", flow.nonce),
        ("code_challenge", flow.challenge), ("code_challenge_method", "S256"),
      ])
    return (address, sealed.base64URL)
  }

  // MARK: Back

  /// What the provider sends the browser back with.
  struct Return: Sendable {
    let code: String?
    let state: String?
    /// RFC 9207.
    let issuer: String?
    let cookie: String?
  }

  /// Who came back.
  /// - Throws: ``Refusal``.
  func finish(_ back: Return) async throws -> AccountRecord {
    guard let flow = flow(in: back.cookie), let state = back.state, flow.accepts(state: state, now: now),
      back.issuer ?? configuration.issuer == configuration.issuer
    else { throw Refusal.strayed }
    guard let code = back.code, (1...2048).contains(code.utf8.count) else { throw Refusal.declined }
    guard
      running.withLock({
        $0 < Self.concurrencyLimit
          ? {
            $0 += 1; return true
          }(&$0) : false
      })
    else {
      throw Refusal.unavailable
    }
    defer { running.withLock { $0 -= 1 } }
    let provider = try await discover()
    let token = try await idToken(provider, code: code, flow: flow)
    let keys = JWTKeyCollection()
    let payload: IDToken
    do {
      let jwks = try await fetch(HTTPClientRequest(url: provider.jwks_uri))
      for key in Self.signingKeys(jwks) {
        // A kind of key that we do not know is no reason to refuse the others.
        if let known = try? JWK(json: key) { _ = try? await keys.add(jwk: known) }
      }
      payload = try await keys.verify(token, as: IDToken.self)
    } catch {
      logger.warning("the provider's token does not verify")
      throw Refusal.unavailable
    }
    guard
      payload.isFor(
        clientID: configuration.clientID, issuer: configuration.issuer, nonce: flow.nonce, now: Double(now))
    else {
      logger.warning("the provider's token is not for this attempt")
      throw Refusal.strayed
    }
    return try await account(of: payload)
  }

  /// The account that a token names, made if that is configured.
  private func account(of payload: IDToken) async throws -> AccountRecord {
    guard let name = payload.texts[configuration.accountClaim]?.lowercased(), AccountAdministration.isValid(name) else {
      throw Refusal.unknown
    }
    if let account = try await registry.account(name) {
      guard !account.isDisabled else { throw Refusal.unknown }
      return account
    }
    guard let role = configuration.createsAccountsAs else { throw Refusal.unknown }
    // No password: a hash that cannot be parsed matches none.
    let account = AccountRecord(
      name: name, role: role, passwordHash: "", isDisabled: false, seesAllPatients: false,
      createdAt: time.unixMicroseconds())
    try await registry.put(
      account,
      recording: [
        AccountEvent(account: name, actor: "provider", kind: .accountProvided, at: time.unixMicroseconds())
      ])
    logger.notice("account made for the provider", metadata: ["account": "\(name)", "role": "\(role.rawValue)"])
    return account
  }

  private func flow(in cookie: String?) -> ProviderFlow? {
    guard let cookie, let sealed = [UInt8](base64URL: cookie),
      let bytes = try? SealedBox(key: key).open(sealed, context: "provider")
    else { return nil }
    return try? JSONDecoder().decode(ProviderFlow.self, from: Data(bytes))
  }

  // MARK: The provider

  /// The part of the discovery document that is used (OpenID Connect Discovery 1.0 §3).
  private struct Document: Decodable {
    let issuer: String
    let authorization_endpoint: String
    let token_endpoint: String
    let jwks_uri: String
  }

  private func discover() async throws -> Document {
    let base = configuration.issuer.hasSuffix("/") ? String(configuration.issuer.dropLast()) : configuration.issuer
    let answer = try await fetch(HTTPClientRequest(url: base + "/.well-known/openid-configuration"))
    guard let document = try? JSONDecoder().decode(Document.self, from: Data(answer)),
      document.issuer == configuration.issuer,
      [document.authorization_endpoint, document.token_endpoint, document.jwks_uri].allSatisfy(
        ProviderConfiguration.isSafe)
    else { throw Refusal.unavailable }
    return document
  }

  /// The keys of a JWK set (RFC 7517 §5) that are not for encryption, each as JSON.
  private static func signingKeys(_ set: [UInt8]) -> [String] {
    let document = try? JSONSerialization.jsonObject(with: Data(set)) as? [String: Any]
    let keys = document?["keys"] as? [[String: Any]] ?? []
    return keys.prefix(keyLimit).filter { $0["use"] as? String != "enc" }.compactMap { key in
      (try? JSONSerialization.data(withJSONObject: key)).map { String(decoding: $0, as: UTF8.self) }
    }
  }

  private func idToken(_ provider: Document, code: String, flow: ProviderFlow) async throws -> String {
    var request = HTTPClientRequest(url: provider.token_endpoint)
    request.method = .POST
    request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
    var form = [
      ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", configuration.redirectURI),
      ("code_verifier", flow.verifier),
    ]
    if let secret = configuration.clientSecret {
      // RFC 6749 §2.3.1: both parts are form-encoded first.
      let text = secret.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
      let pair = "\(Self.encoded(configuration.clientID)):\(Self.encoded(text))"
      request.headers.add(name: "Authorization", value: "Basic \(Data(pair.utf8).base64EncodedString())")
    } else {
      form.append(("client_id", configuration.clientID))
    }
    request.body = .bytes(ByteBuffer(string: Self.encoded(form)))
    struct Answer: Decodable { let id_token: String }
    let answer = try await fetch(request)
    guard let token = try? JSONDecoder().decode(Answer.self, from: Data(answer)).id_token else {
      throw Refusal.unavailable
    }
    return token
  }

  private func fetch(_ request: HTTPClientRequest) async throws -> [UInt8] {
    do {
      let response = try await client.execute(request, timeout: Self.timeout)
      let body = try await response.body.collect(upTo: Self.answerLimit)
      if (400..<500).contains(response.status.code) { throw Refusal.declined }
      guard response.status == .ok else { throw Refusal.unavailable }
      return Array(body.readableBytesView)
    } catch let refusal as Refusal {
      throw refusal
    } catch {
      logger.warning("the identity provider does not answer")
      throw Refusal.unavailable
    }
  }

  private var now: UInt64 { time.unixMicroseconds() / 1_000_000 }

  private static func address(_ endpoint: String, _ query: [(String, String)]) -> String {
    endpoint + (endpoint.contains("?") ? "&" : "?") + encoded(query)
  }

  private static func encoded(_ pairs: [(String, String)]) -> String {
    pairs.map { "\(encoded($0.0))=\(encoded($0.1))" }.joined(separator: "&")
  }

  private static func encoded(_ text: String) -> String {
    let allowed = CharacterSet(charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
    return text.addingPercentEncoding(withAllowedCharacters: allowed) ?? ""
  }
}
