import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL

/// A plain HTTPS client, to send what no honest client would.
enum HTTPS {
  struct Answer {
    let status: Int
    let body: [UInt8]
    var text: String { String(decoding: body, as: UTF8.self) }
  }

  static func get(_ url: String, authority: String, identity: String) async throws -> Answer {
    try await post(url, body: [], authority: authority, identity: identity, method: .GET)
  }

  static func post(
    _ url: String, body: [UInt8], authority: String, identity: String? = nil,
    maximumVersion: TLSVersion? = nil, method: HTTPMethod = .POST
  ) async throws -> Answer {
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(authority.utf8)))
    tls.maximumTLSVersion = maximumVersion
    if let identity {
      tls.certificateChain = try NIOSSLCertificate.fromPEMFile(identity + "/identity.pem").map { .certificate($0) }
      tls.privateKey = .privateKey(try NIOSSLPrivateKey(file: identity + "/identity.key", format: .pem))
    }
    var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
    configuration.connectionPool.retryConnectionEstablishment = false
    let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    do {
      var request = HTTPClientRequest(url: url)
      request.method = method
      if method != .GET { request.body = .bytes(ByteBuffer(bytes: body)) }
      let response = try await client.execute(request, timeout: .seconds(20))
      let answer = Answer(
        status: Int(response.status.code), body: Array(buffer: try await response.body.collect(upTo: 1 << 20)))
      try await client.shutdown()
      return answer
    } catch {
      try await client.shutdown()
      throw error
    }
  }
}
