import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL

/// A device's two requests to the vault: enrolment, without a certificate, and rotation, with it.
public struct VaultClient: Sendable {
  /// Longest answer taken: an enrolment's holds two certificates.
  private static let answerLimit = 4_096
  /// Longest wait for an answer, in seconds.
  private static let timeoutSeconds: Int64 = 15

  private let bundle: ProvisioningBundle

  /// A client for the vault that the bundle names.
  public init(_ bundle: ProvisioningBundle) {
    self.bundle = bundle
  }

  /// `POST /v1/enrol`.
  public func enrol(_ request: [UInt8]) async throws(DeviceError) -> [UInt8] {
    try await post(request, to: bundle.enrolURL + "/v1/enrol", identity: nil)
  }

  /// `POST /v1/rotate`.
  public func rotate(_ request: [UInt8], identity: TLSIdentity) async throws(DeviceError) -> [UInt8] {
    try await post(request, to: bundle.serviceURL + "/v1/rotate", identity: identity)
  }

  private func post(_ body: [UInt8], to url: String, identity: TLSIdentity?) async throws(DeviceError) -> [UInt8] {
    let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: try configuration(identity))
    let result: Result<[UInt8], DeviceError>
    do {
      var request = HTTPClientRequest(url: url)
      request.method = .POST
      request.headers.add(name: "content-type", value: "application/cbor")
      request.body = .bytes(ByteBuffer(bytes: body))
      let response = try await client.execute(request, timeout: .seconds(Self.timeoutSeconds))
      let answer = try await response.body.collect(upTo: Self.answerLimit)
      result = Self.judge(status: response.status.code, answer: Array(answer.readableBytesView), url: url)
    } catch {
      result = .failure(DeviceError(.unreachable, "\(url): \(error)"))
    }
    // What fails here is the closing of a connection that has served its purpose.
    try? await client.shutdown()
    return try result.get()
  }

  private func configuration(_ identity: TLSIdentity?) throws(DeviceError) -> HTTPClient.Configuration {
    var tls = TLSConfiguration.makeClientConfiguration()
    do {
      let authorities = try NIOSSLCertificate.fromPEMBytes(Array(bundle.caPEM.utf8))
      tls.trustRoots = .certificates(authorities)
      tls.minimumTLSVersion = .tlsv12
      if let identity {
        tls.certificateChain = [.certificate(try NIOSSLCertificate(bytes: identity.certificate, format: .der))]
        tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: identity.privateKey, format: .der))
      }
    } catch {
      throw DeviceError(.invalidInput, "the certificates of the bundle or of the device cannot be used")
    }
    return HTTPClient.Configuration(tlsConfiguration: tls)
  }

  private static func judge(status: UInt, answer: [UInt8], url: String) -> Result<[UInt8], DeviceError> {
    switch status {
    case 200..<300: return .success(answer)
    // Too many requests, a slow link, a fault: all of them pass.
    case 408, 429, 500...: return .failure(DeviceError(.unreachable, "\(url) answered \(status)\(reason(answer))"))
    default: return .failure(DeviceError(.refused, "\(url) answered \(status)\(reason(answer))"))
    }
  }

  private struct Refusal: Decodable {
    struct Body: Decodable {
      let code: String
      let reason: String
    }
    let error: Body
  }

  private static func reason(_ answer: [UInt8]) -> String {
    guard let refusal = try? JSONDecoder().decode(Refusal.self, from: Data(answer)) else { return "" }
    return ": \(refusal.error.code): \(refusal.error.reason)"
  }
}

/// A device's certificate and private key, in DER, for the length of one request.
public struct TLSIdentity: Sendable {
  let certificate: [UInt8]
  let privateKey: [UInt8]

  /// Takes a certificate and a PKCS#8 key.
  public init(certificate: [UInt8], privateKey: [UInt8]) {
    self.certificate = certificate
    self.privateKey = privateKey
  }
}
