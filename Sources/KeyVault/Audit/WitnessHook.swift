internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL

/// A receiver on another host to which checkpoints are posted as JSON. Only a 2xx answer counts as handed over; a
/// redirect is none.
package final class WitnessHook: WitnessSink {
  private static let connectTimeout = TimeAmount.seconds(5)
  private static let totalTimeout = TimeAmount.seconds(15)

  /// `webhook`.
  package let name = "webhook"
  private let url: String
  private let client: HTTPClient

  /// - Parameters:
  ///   - url: where to post; `https`, or `http` to a loopback address.
  ///   - authorityFile: certificates of authorities to trust, PEM; the system's when `nil`.
  /// - Throws: ``VaultError/Code/badRequest`` for an address that could never be safe.
  package init(url: String, authorityFile: String?) throws(VaultError) {
    guard let parsed = URL(string: url), let host = parsed.host(),
      parsed.scheme == "https" || parsed.scheme == "http" && ["localhost", "127.0.0.1", "::1"].contains(host)
    else { throw VaultError(.badRequest, "a witness is posted to by https, or by http on a loopback address") }
    self.url = url
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.minimumTLSVersion = .tlsv12
    if let authorityFile { tls.trustRoots = .file(authorityFile) }
    var configuration = HTTPClient.Configuration(
      tlsConfiguration: tls, redirectConfiguration: .disallow, timeout: .init(connect: Self.connectTimeout))
    configuration.httpVersion = .http1Only
    configuration.connectionPool.retryConnectionEstablishment = false
    client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  /// Posts a checkpoint.
  package func record(_ checkpoint: AuditCheckpoint) async throws(WitnessFailure) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    guard let body = try? encoder.encode(checkpoint) else { throw WitnessFailure("a checkpoint is not writable") }
    var request = HTTPClientRequest(url: url)
    request.method = .POST
    request.headers.add(name: "content-type", value: "application/json")
    request.headers.add(name: "user-agent", value: "SealedBeat")
    request.body = .bytes(ByteBuffer(bytes: body))
    let status: HTTPResponseStatus
    do {
      status = try await client.execute(request, timeout: Self.totalTimeout).status
    } catch {
      throw WitnessFailure("the witness does not answer (\(type(of: error)))")
    }
    guard (200..<300).contains(status.code) else { throw WitnessFailure("the witness answers \(status.code)") }
  }

  /// Ends connections.
  package func close() async { try? await client.shutdown() }
}
