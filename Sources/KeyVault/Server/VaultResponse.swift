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
    response(status, "application/json", ByteBuffer(bytes: try JSONEncoder.vault.encode(value)))
  }

  static func error(_ error: VaultError) -> Response {
    response(error.status, "application/json", ByteBuffer(bytes: VaultErrorBody(error).json))
  }

  private static func response(_ status: HTTPResponse.Status, _ type: String, _ body: ByteBuffer) -> Response {
    Response(
      status: status, headers: [.contentType: type, .cacheControl: "no-store"], body: ResponseBody(byteBuffer: body))
  }
}

/// An error as JSON, in the form of `docs/wire-format.md`.
struct VaultErrorBody: Codable {
  private struct Content: Codable {
    let code: String
    let reason: String
  }

  private let error: Content

  init(_ error: VaultError) { self.error = Content(code: error.code.rawValue, reason: error.reason) }

  /// The error that was told; a code that this program does not know is a failure of the vault.
  var told: VaultError { VaultError(VaultError.Code(rawValue: error.code) ?? .storage, error.reason) }

  /// Two texts always make JSON; were it not so, an empty object would say as much.
  var json: Data { (try? JSONEncoder.vault.encode(self)) ?? Data("{}".utf8) }
}

extension JSONEncoder {
  /// The vault's JSON: the same bytes for the same value.
  static var vault: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }
}

extension VaultError {
  /// How HTTP says it.
  var status: HTTPResponse.Status {
    switch code {
    case .badRequest, .unopenable, .badCertificateRequest: .badRequest
    case .claimRefused, .forbidden, .noGrant, .deviceRevoked: .forbidden
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
