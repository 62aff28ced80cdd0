import Wire

/// One record of an outbox file:
///
///     kind (1) | session (16) | sequence (8, big-endian) | length (4, big-endian) | message | CRC-32 (4, big-endian)
///
/// The CRC (of everything before it; the polynomial of IEEE 802.3) tells a torn or rotten record from a whole one.
/// It protects against accidents only: what an attacker would change is caught by the chunk's own tag.
struct OutboxFileRecord: Equatable {
  enum Kind: UInt8 {
    case chunk = 1
    case removal = 2
  }

  static let headBytes = 1 + 16 + 8 + 4
  static let checkBytes = 4
  /// The longest chunk message (docs/wire-format.md); a longer length is rot.
  static let messageLimit = 1_024

  var kind: Kind
  var session: [UInt8]
  var sequence: UInt64
  var message: [UInt8]

  var encoded: [UInt8] {
    var bytes = [kind.rawValue]
    bytes.reserveCapacity(Self.headBytes + message.count + Self.checkBytes)
    bytes += session
    bytes += Self.bigEndian(sequence)
    bytes += Self.bigEndian(UInt32(message.count))
    bytes += message
    bytes += Self.bigEndian(CRC32.checksum(bytes[...]))
    return bytes
  }

  /// What stands at the beginning of `bytes`.
  enum Parsed: Equatable {
    case record(OutboxFileRecord, length: Int)
    /// A whole record whose check does not match; the next one begins behind it.
    case damaged(length: Int)
    /// The bytes end before a record does, or are none.
    case torn
  }

  static func parse(_ bytes: ArraySlice<UInt8>) -> Parsed {
    guard bytes.count >= headBytes + checkBytes else { return .torn }
    let start = bytes.startIndex
    let count = integer(bytes[(start + 25)..<(start + 29)])
    guard count <= messageLimit else { return .torn }
    let length = headBytes + Int(count) + checkBytes
    guard bytes.count >= length else { return .torn }
    let body = bytes[start..<(start + length - checkBytes)]
    let check = integer(bytes[(start + length - checkBytes)..<(start + length)])
    guard let kind = Kind(rawValue: bytes[start]), UInt64(CRC32.checksum(body)) == check else {
      return .damaged(length: length)
    }
    let record = OutboxFileRecord(
      kind: kind, session: Array(bytes[(start + 1)..<(start + 17)]),
      sequence: integer(bytes[(start + 17)..<(start + 25)]), message: Array(body[(start + headBytes)...]))
    return .record(record, length: length)
  }

  private static func integer(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reduce(0) { $0 << 8 | UInt64($1) }
  }

  private static func bigEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian) { Array($0) }
  }
}

/// CRC-32 of IEEE 802.3, reflected, by table.
enum CRC32 {
  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xedb8_8320 ^ (value >> 1) : value >> 1 }
  }

  /// - Parameter start: what was computed of the bytes before these; zero where there are none.
  static func checksum(_ bytes: ArraySlice<UInt8>, from start: UInt32 = 0) -> UInt32 {
    ~bytes.reduce(~start) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ ($0 >> 8) }
  }
}
