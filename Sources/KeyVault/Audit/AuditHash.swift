internal import Crypto
internal import Wire

/// A SHA-256 value of the audit log. Leaf and node hashing are those of RFC 6962 §2.1, so that a leaf can never be taken
/// for a node. Held in place: a million of them allocate nothing.
package struct AuditHash: Hashable, Sendable {
  /// Length in bytes.
  package static let size = 32
  /// Root of the empty tree and head of the empty chain: SHA-256 of nothing (RFC 6962 §2.1).
  package static let empty = sha256(UnsafeRawBufferPointer(start: nil, count: 0))

  /// Four words rather than a vector: those ask for an alignment that the frames of asynchronous functions do not have.
  private struct Words: Hashable, BitwiseCopyable {
    let first: UInt64
    let second: UInt64
    let third: UInt64
    let fourth: UInt64
  }

  private let words: Words

  /// Takes over 32 bytes; `nil` for another number.
  package init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count == Self.size else { return nil }
    words = bytes.loadUnaligned(as: Words.self)
  }

  /// Takes over 32 bytes; `nil` for another number.
  package init?(_ bytes: some Collection<UInt8>) {
    guard let hash = Array(bytes).withUnsafeBytes({ AuditHash($0) }) else { return nil }
    self = hash
  }

  private init(words: Words) { self.words = words }

  /// Reads 64 hexadecimal digits.
  package init?(hex: some StringProtocol) {
    guard let bytes = [UInt8](hex: hex) else { return nil }
    self.init(bytes)
  }

  /// The 32 bytes.
  package var bytes: [UInt8] { Swift.withUnsafeBytes(of: words) { Array($0) } }

  /// Lends the 32 bytes.
  package func withUnsafeBytes<Value>(_ body: (UnsafeRawBufferPointer) throws -> Value) rethrows -> Value {
    try Swift.withUnsafeBytes(of: words) { try body($0) }
  }

  /// SHA-256(0 ‖ entry).
  package static func leaf(_ entry: UnsafeRawBufferPointer) -> AuditHash {
    withUnsafeTemporaryAllocation(byteCount: entry.count + 1, alignment: 1) { buffer in
      buffer[0] = 0
      UnsafeMutableRawBufferPointer(rebasing: buffer[1...]).copyMemory(from: entry)
      return sha256(UnsafeRawBufferPointer(buffer))
    }
  }

  /// SHA-256(0 ‖ entry).
  package static func leaf(_ entry: [UInt8]) -> AuditHash { entry.withUnsafeBytes { leaf($0) } }

  /// SHA-256(1 ‖ left ‖ right).
  package static func node(_ left: AuditHash, _ right: AuditHash) -> AuditHash {
    withUnsafeTemporaryAllocation(byteCount: 1 + 2 * size, alignment: 1) { buffer in
      buffer[0] = 1
      buffer.storeBytes(of: left.words, toByteOffset: 1, as: Words.self)
      buffer.storeBytes(of: right.words, toByteOffset: 1 + size, as: Words.self)
      return sha256(UnsafeRawBufferPointer(buffer))
    }
  }

  private static func sha256(_ bytes: UnsafeRawBufferPointer) -> AuditHash {
    var function = SHA256()
    function.update(bufferPointer: bytes)
    return function.finalize().withUnsafeBytes { AuditHash(words: $0.loadUnaligned(as: Words.self)) }
  }
}

extension AuditHash: Codable {
  /// Reads 64 hexadecimal digits.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let hash = AuditHash(hex: try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "a hash is 64 hexadecimal digits")
    }
    self = hash
  }

  /// Writes 64 hexadecimal digits.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(hex)
  }

  /// 64 hexadecimal digits.
  package var hex: String { bytes.hex }
}
