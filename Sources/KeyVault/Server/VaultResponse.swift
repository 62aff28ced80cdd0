internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// Answers of the vault's routes: CBOR, JSON, or an error in the form of `docs/wire-format.md`.
enum VaultResponse {
  static func cbor(_ bytes: [UInt8]) -> Response {
    response(.ok, "application/cbor", ByteBuffer(bytes: bytes))
  }

  static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return response(status, "application/json", ByteBuffer(bytes: try encoder.encode(value)))
  }

  static func error(_ error: VaultError) -> Response {
    struct Body: Encodable {
      struct Content: Encodable {
        let code: String
        let reason: String
      }
      let error: Content
    }
    let body = Body(error: .init(code: error.code.rawValue, reason: error.reason))
    return (try? json(body, status: error.status)) ?? Response(status: error.status)
  }

  private static func response(_ status: HTTPResponse.Status, _ type: String, _ body: ByteBuffer) -> Response {
    Response(
      status: status, headers: [.contentType: type, .cacheControl: "no-store"], body: ResponseBody(byteBuffer: body))
  }
}

extension VaultError {
  /// How HTTP says it.
  var status: HTTPResponse.Status {
    switch code {
    case .badRequest, .unopenable, .badCertificateRequest: .badRequest
    case .claimRefused, .forbidden, .noGrant: .forbidden
    case .unknownDevice, .unknown: .notFound
    case .stateForbids, .unexpectedVersion, .rotationNotRequested, .keyReused, .alreadyInitialised, .limitReached,
      .needsSecondPerson, .heldByLaw:
      .conflict
    case .tooMany: .tooManyRequests
    case .timedOut: .requestTimeout
    case .auditUnavailable, .storage, .notInitialised, .inUse, .sealed: .serviceUnavailable
    case .wrongRoot, .rootUnreadable, .corrupted, .notInMemory, .certificate: .internalServerError
    }
  }
}
