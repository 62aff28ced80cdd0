internal import Foundation

/// How sealed records read inside: JSON with sorted keys, so that the same value is the same bytes.
package enum RecordCoding {
  /// The bytes of a value.
  package static func encode(_ value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return Array(try encoder.encode(value))
  }

  /// The value of bytes.
  package static func decode<Value: Decodable>(_ bytes: [UInt8]) throws -> Value {
    try JSONDecoder().decode(Value.self, from: Data(bytes))
  }
}
