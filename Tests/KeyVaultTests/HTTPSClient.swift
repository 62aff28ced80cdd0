import AsyncHTTPClient
import Foundation
import KeyVault
import NIOCore
import NIOHTTP1
import NIOSSL
import Wire

/// A connection to the vault under any identity, for requests that no client of ours would make.
final class HTTPSClient: Sendable {
  private let client: HTTPClient
  private let base: String
  private let headers: [String: String]

  /// - Parameter identity: directory with `identity.pem` and `identity.key`.
  init(_ base: String, authority: String, identity: String?, headers: [String: String] = [:]) throws {
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(authority.utf8)))
    if let identity {
      tls.certificateChain = try NIOSSLCertificate.fromPEMFile(identity + "/identity.pem").map { .certificate($0) }
      tls.privateKey = .privateKey(try NIOSSLPrivateKey(file: identity + "/identity.key", format: .pem))
    }
    var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
    configuration.connectionPool.retryConnectionEstablishment = false
    client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    self.base = base
    self.headers = headers
  }

  func send(_ method: String, _ path: String, _ body: String? = nil) async throws -> HTTPS.Answer {
    try await send(method, path, bytes: body.map { Array($0.utf8) })
  }

  func send(_ method: String, _ path: String, bytes: [UInt8]?) async throws -> HTTPS.Answer {
    var request = HTTPClientRequest(url: base + path)
    request.method = HTTPMethod(rawValue: method)
    for (name, value) in headers { request.headers.add(name: name, value: value) }
    if let bytes { request.body = .bytes(ByteBuffer(bytes: bytes)) }
    let response = try await client.execute(request, timeout: .seconds(20))
    return HTTPS.Answer(
      status: Int(response.status.code), body: Array(buffer: try await response.body.collect(upTo: 8 << 20)))
  }

  func close() async throws { try await client.shutdown() }
}

extension RunningVault {
  /// A connection under an identity of `provision`, with what the dashboard says about the person behind it.
  func connection(_ service: String, headers: [String: String] = [:]) throws -> HTTPSClient {
    try HTTPSClient(
      serviceURL, authority: serviceAuthority, identity: "\(directory)/credentials/\(service)", headers: headers)
  }

  /// Lets a person in, approved by whoever it takes, and connects as that person.
  func person(_ name: String, _ role: PersonRole) async throws -> HTTPSClient {
    let folder = "\(directory)/people/\(name)"
    try PersonRequest.make(name, in: folder, allowsDisk: true)
    let addition = try authority.addPerson(
      name, role: role, request: String(contentsOfFile: folder + "/request.pem", encoding: .utf8), reason: "joins",
      actor: "svc.operator")
    if case .proposed(let proposal) = addition { _ = try authority.approve(proposal.id, actor: "person:second") }
    try authority.certificate(ofPerson: name).write(
      toFile: folder + "/identity.pem", atomically: true, encoding: .utf8)
    return try HTTPSClient(serviceURL, authority: serviceAuthority, identity: folder)
  }
}
