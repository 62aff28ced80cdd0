public import AlertDelivery
internal import AsyncHTTPClient
internal import Dispatch
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL
internal import Sealing
public import Store
internal import Synchronization

/// Delivers messages to one webhook by HTTPS POST.
///
/// Only a 2xx answer is success. A redirect is none: the signed content goes where the operator said and nowhere else.
public final class WebhookTransport: AlertTransport {
  private let configuration: WebhookConfiguration
  private let links: AlertLinks
  private let now: @Sendable () -> UnixMicroseconds
  private let settings: HTTPClient.Configuration
  /// Made at the first delivery, so that a transport that never delivers leaves nothing to end.
  private let client = Mutex<HTTPClient?>(nil)

  /// Prepares a transport; nothing is connected yet. ``shutdown()`` ends it.
  /// - Throws: ``DeliveryFailure`` of code `misconfigured` for what could never be safe.
  public init(
    configuration: WebhookConfiguration, links: AlertLinks, now: @escaping @Sendable () -> UnixMicroseconds
  ) throws(DeliveryFailure) {
    guard let url = URL(string: configuration.url), let host = url.host(),
      url.scheme == "https" || url.scheme == "http" && Loopback.contains(host)
    else { throw DeliveryFailure(.misconfigured, "a webhook is https, or http on a loopback address") }
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.minimumTLSVersion = .tlsv12
    if let authorityFile = configuration.authorityFile { tls.trustRoots = .file(authorityFile) }
    var settings = HTTPClient.Configuration(
      tlsConfiguration: tls, redirectConfiguration: .disallow,
      timeout: .init(connect: .seconds(Int64(configuration.connectSeconds))))
    settings.httpVersion = .http1Only
    self.configuration = configuration
    self.links = links
    self.now = now
    self.settings = settings
  }

  deinit {
    client.withLock { client in
      // Nobody waits for it here: it ends its connections by itself.
      client?.shutdown(queue: .global()) { _ in }
      client = nil
    }
  }

  /// Ends all connections; a later delivery makes new ones.
  public func shutdown() async {
    let client = client.withLock { $0.take() }
    try? await client?.shutdown()
  }

  private var connection: HTTPClient {
    client.withLock { client in
      if let client { return client }
      let made = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
      client = made
      return made
    }
  }

  /// Posts the notice, signed.
  @discardableResult
  public func deliver(_ notice: AlertNotice) async throws(DeliveryFailure) -> DeliveryReceipt {
    let secret = try configuration.secret.read()
    guard let body = try? WebhookPayload(notice, links: links).encoded() else {
      throw DeliveryFailure(.misconfigured, "a message cannot be encoded")
    }
    var request = HTTPClientRequest(url: configuration.url)
    request.method = .POST
    request.headers = [
      "Content-Type": "application/json", "User-Agent": "SealedBeat", "Idempotency-Key": notice.outboxID,
      WebhookSignature.header: WebhookSignature.sign(body, at: now() / 1_000_000, secret: secret),
    ]
    request.body = .bytes(ByteBuffer(bytes: body))
    let response: HTTPClientResponse
    do {
      response = try await connection.execute(request, timeout: .seconds(Int64(configuration.totalSeconds)))
    } catch {
      throw Self.failure(error)
    }
    // The answer's body is nobody's business: it is not read, which closes the connection.
    let code = Int(response.status.code)
    if (200..<300).contains(code) { return DeliveryReceipt("HTTP \(code)") }
    let wait = response.headers.first(name: "Retry-After").flatMap(Double.init)
    switch code {
    case 410: throw DeliveryFailure(.gone, "HTTP 410")
    case 401, 403, 407: throw DeliveryFailure(.unauthorised, "HTTP \(code)")
    default: throw DeliveryFailure(.refused, "HTTP \(code)", retryAfterSeconds: wait)
    }
  }

  private static func failure(_ error: any Error) -> DeliveryFailure {
    switch error {
    case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError:
      DeliveryFailure(.untrusted, "TLS failed: the certificate does not verify, or there is no TLS")
    case let error as HTTPClientError: DeliveryFailure(.unreachable, error.shortDescription)
    default: DeliveryFailure(.unreachable, "no connection")
    }
  }
}
