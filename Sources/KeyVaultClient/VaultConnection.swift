internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL

/// One pool of connections to the vault. Decides what is worth a second try, and what an answer means.
final class VaultConnection: Sendable {
  /// Largest answer in bytes: 1,000 session requests of two keys each, and room for an inventory page.
  private static let answerLimit = 4 << 20
  /// Idle connections are closed before the vault closes them, so that a request seldom meets a closed one.
  private static let idleTimeout = TimeAmount.seconds(60)
  /// Connections at once: a service asks in batches, so a few are enough.
  private static let connectionLimit = 4

  let client: HTTPClient
  let configuration: VaultClientConfiguration
  /// Sent with every request.
  private let headers: [String: String]

  /// - Parameter certificate: the one that the vault must show, DER; `nil` for any of the configured authority.
  init(_ configuration: VaultClientConfiguration, trusting certificate: [UInt8]? = nil) throws(KeyVaultError) {
    self.configuration = configuration
    headers = [:]
    do {
      var tls = TLSConfiguration.makeClientConfiguration()
      tls.minimumTLSVersion = .tlsv13
      tls.certificateChain = try NIOSSLCertificate.fromPEMFile(configuration.certificatePath).map { .certificate($0) }
      tls.privateKey = .privateKey(try NIOSSLPrivateKey(file: configuration.keyPath, format: .pem))
      tls.trustRoots = .certificates(
        try certificate.map { [try NIOSSLCertificate(bytes: $0, format: .der)] }
          ?? NIOSSLCertificate.fromPEMFile(configuration.authorityPath))
      var http = HTTPClient.Configuration(tlsConfiguration: tls, redirectConfiguration: .disallow)
      http.timeout.connect = .seconds(5)
      http.connectionPool = .init(
        idleTimeout: Self.idleTimeout, concurrentHTTP1ConnectionsPerHostSoftLimit: Self.connectionLimit)
      // A vault that restarts refuses connections for a moment: the caller hears it at once and asks again later.
      http.connectionPool.retryConnectionEstablishment = false
      http.httpVersion = .http1Only
      client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: http)
    } catch {
      throw .forbidden("the service's identity or the vault's authority cannot be read (\(type(of: error)))")
    }
  }

  /// Sends a request, a second time if the connection was lost on the first and it may be repeated.
  /// - Parameter isRepeatable: whether twice does no more than once: true of reading, and of asking for keys.
  func send(
    _ method: HTTPMethod, _ path: String, body: [UInt8]? = nil, contentType: String = "application/cbor",
    isRepeatable: Bool = false
  ) async throws(KeyVaultError) -> [UInt8] {
    let (status, answer) = try await exchange(
      method, path, body: body, contentType: contentType, isRepeatable: isRepeatable)
    guard status == 200 else { throw VaultFailure(answer).error(status: status) }
    return answer
  }

  /// Sends a request and hands on whatever the vault answers, refusals included.
  func exchange(
    _ method: HTTPMethod, _ path: String, body: [UInt8]?, contentType: String = "application/json",
    isRepeatable: Bool = false
  ) async throws(KeyVaultError) -> (status: Int, answer: [UInt8]) {
    do {
      return try await attempt(method, path, body: body, contentType: contentType)
    } catch KeyVaultError.unavailable(let cause)
      where cause == Self.connectionLost && (isRepeatable || method == .GET)
    {
      return try await attempt(method, path, body: body, contentType: contentType)
    }
  }

  private init(_ other: VaultConnection, headers: [String: String]) {
    client = other.client
    configuration = other.configuration
    self.headers = headers
  }

  /// The same pool of connections, with headers of its own; closed by the other's ``close()``.
  func adding(_ headers: [String: String]) -> VaultConnection { VaultConnection(self, headers: headers) }

  /// Sends a request without a body and hands its answer on piece by piece, however long it is.
  func receive(_ method: HTTPMethod, _ path: String, _ write: ([UInt8]) async throws -> Void) async throws {
    let response = try await execute(method, path, body: nil, contentType: "", timeout: .minutes(30))
    guard response.status == .ok else {
      let answer = try await response.body.collect(upTo: Self.answerLimit)
      throw VaultFailure(Array(buffer: answer)).error(status: Int(response.status.code))
    }
    for try await piece in response.body { try await write(Array(buffer: piece)) }
  }

  func close() async {
    try? await client.shutdown()
  }

  private static let connectionLost = "connection lost"

  private func attempt(
    _ method: HTTPMethod, _ path: String, body: [UInt8]?, contentType: String
  ) async throws(KeyVaultError) -> (status: Int, answer: [UInt8]) {
    let response = try await execute(
      method, path, body: body, contentType: contentType, timeout: TimeAmount(configuration.timeout))
    do {
      return (Int(response.status.code), Array(buffer: try await response.body.collect(upTo: Self.answerLimit)))
    } catch {
      throw Self.meaning(of: error)
    }
  }

  private func execute(
    _ method: HTTPMethod, _ path: String, body: [UInt8]?, contentType: String, timeout: TimeAmount
  ) async throws(KeyVaultError) -> HTTPClientResponse {
    var request = HTTPClientRequest(url: configuration.url + path)
    request.method = method
    for (name, value) in headers { request.headers.add(name: name, value: value) }
    if let body {
      request.headers.add(name: "content-type", value: contentType)
      request.body = .bytes(ByteBuffer(bytes: body))
    }
    do {
      return try await client.execute(request, timeout: timeout)
    } catch {
      throw Self.meaning(of: error)
    }
  }

  private static func meaning(of error: any Error) -> KeyVaultError {
    switch error {
    case let error as HTTPClientError where error == .remoteConnectionClosed: .unavailable(connectionLost)
    case is IOError: .unavailable(connectionLost)
    case let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout:
      .unavailable("no answer in time")
    case let error as NIOSSLError: .forbidden("TLS: \(name(error))")
    case is NIOTooManyBytesError: .badAnswer("the answer is too long")
    default: .unavailable("no connection (\(type(of: error)))")
    }
  }

  private static func name(_ error: NIOSSLError) -> String {
    switch error {
    case .handshakeFailed: "the handshake failed: the vault and this service do not trust each other"
    default: "the connection is not trustworthy"
    }
  }
}
