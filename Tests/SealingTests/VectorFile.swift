import Foundation
import Testing
import Wire

/// Published vectors beside the checkout; they are not part of the repository.
enum VectorFile {
  private static let folder = ProcessInfo.processInfo.environment["SEALEDBEAT_VECTORS"] ?? "../shared/vectors"

  /// Whether a file is there.
  static func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(folder)/\(name)") }

  /// Decodes a file.
  static func decode<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
    try JSONDecoder().decode(type, from: Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")))
  }
}

/// The form of a Wycheproof file.
struct Wycheproof<Group: Decodable>: Decodable {
  let numberOfTests: Int
  let testGroups: [Group]
}

/// What a Wycheproof vector expects.
enum WycheproofResult: String, Decodable {
  case valid, invalid, acceptable
}

/// Bytes that JSON writes in hexadecimal.
struct HexBytes: Decodable {
  let bytes: [UInt8]

  init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    bytes = try #require([UInt8](hex: text))
  }
}
