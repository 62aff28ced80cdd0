internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// JSON in and out.
enum JSONReply {
  /// Largest accepted body of most requests: the longest is a new patient's identity.
  static let bodyLimit = 8 << 10

  /// Encodes with keys in alphabetical order, so that equal answers are equal bytes.
  static func encode(_ value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(value))
  }

  /// An answer of status 200.
  static func response(
    _ value: some Encodable, contentType: String = "application/json; charset=utf-8"
  ) throws -> Response {
    let bytes = try encode(value)
    return Response(
      status: .ok,
      headers: [.contentType: contentType, .contentLength: "\(bytes.count)"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }

  /// Decodes a body of type `application/json`: a form of a foreign page cannot send that type without asking first.
  static func decode<Value: Decodable>(
    _ type: Value.Type, from request: Request, upTo limit: Int = bodyLimit
  ) async throws -> Value {
    guard request.headers[.contentType]?.lowercased().hasPrefix("application/json") == true else {
      throw APIProblem.badRequest
    }
    let buffer: ByteBuffer
    do {
      buffer = try await request.body.collect(upTo: limit)
    } catch {
      throw APIProblem.tooLarge
    }
    do {
      return try JSONDecoder().decode(type, from: Data(buffer.readableBytesView))
    } catch {
      throw APIProblem.badRequest
    }
  }
}
