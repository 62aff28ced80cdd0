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

  init(_ configuration: VaultClientConfiguration) throws(KeyVaultError) {
    self.configuration = configuration
    do {
      var tls = TLSConfiguration.makeClientConfiguration()
      tls.minimumTLSVersion = .tlsv13
      tls.certificateChain = try NIOSSLCertificate.fromPEMFile(configuration.certificatePath).map { .certificate($0) }
      tls.privateKey = .privateKey(try NIOSSLPrivateKey(file: configuration.keyPath, format: .pem))
      tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(configuration.authorityPath))
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

  /// Sends a request, a second time if the connection was lost on the first: every route of the vault may be repeated.
  func send(
    _ method: HTTPMethod, _ path: String, body: [UInt8]? = nil, contentType: String = "application/cbor"
  ) async throws(KeyVaultError) -> [UInt8] {
    do {
      return try await attempt(method, path, body: body, contentType: contentType)
    } catch KeyVaultError.unavailable(let cause) where cause == Self.connectionLost {
      return try await attempt(method, path, body: body, contentType: contentType)
    }
  }

  func close() async {
    try? await client.shutdown()
  }

  private static let connectionLost = "connection lost"

  private func attempt(
    _ method: HTTPMethod, _ path: String, body: [UInt8]?, contentType: String
  ) async throws(KeyVaultError) -> [UInt8] {
    var request = HTTPClientRequest(url: configuration.url + path)
    request.method = method
    if let body {
      request.headers.add(name: "content-type", value: contentType)
      request.body = .bytes(ByteBuffer(bytes: body))
    }
    let status: HTTPResponseStatus
    let answer: [UInt8]
    do {
      let response = try await client.execute(request, timeout: TimeAmount(configuration.timeout))
      status = response.status
      answer = Array(buffer: try await response.body.collect(upTo: Self.answerLimit))
    } catch let error as HTTPClientError where error == .remoteConnectionClosed {
      throw .unavailable(Self.connectionLost)
    } catch is IOError {
      throw .unavailable(Self.connectionLost)
    } catch let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout {
      throw .unavailable("no answer in time")
    } catch let error as NIOSSLError {
      throw .forbidden("TLS: \(Self.name(error))")
    } catch is NIOTooManyBytesError {
      throw .badAnswer("the answer is too long")
    } catch {
      throw .unavailable("no connection (\(type(of: error)))")
    }
    guard status == .ok else { throw VaultFailure(answer).error(status: Int(status.code)) }
    return answer
  }

  private static func name(_ error: NIOSSLError) -> String {
    switch error {
    case .handshakeFailed: "the handshake failed: the vault and this service do not trust each other"
    default: "the connection is not trustworthy"
    }
  }
}
