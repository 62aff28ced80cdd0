/// Reads the core deterministic subset of CBOR that `docs/wire-format.md` names, and nothing else.
///
/// Every read checks bounds and the shortest encoding; a hostile length costs nothing, because no read allocates more
/// than the input holds.
public struct CBORReader: Sendable {
  private let bytes: [UInt8]
  private var position: Int
  private let end: Int

  /// Reads a whole message.
  public init(_ bytes: [UInt8]) {
    self.bytes = bytes
    position = 0
    end = bytes.count
  }

  /// How many bytes have not been read yet.
  public var remaining: Int { end - position }

  /// Requires that the message ends here.
  public func finish(_ place: String) throws(WireError) {
    guard position == end else { throw WireError(.trailingBytes, place) }
  }

  /// Reads an unsigned integer no larger than `limit`.
  public mutating func unsigned(_ place: String, limit: UInt64 = .max) throws(WireError) -> UInt64 {
    let (major, value) = try head(place)
    guard major == 0 else { throw WireError(.unexpectedType, place) }
    guard value <= limit else { throw WireError(.valueOutOfRange, place) }
    return value
  }

  /// Reads an integer of either sign.
  public mutating func signed(_ place: String) throws(WireError) -> Int64 {
    let (major, value) = try head(place)
    guard major <= 1 else { throw WireError(.unexpectedType, place) }
    guard let magnitude = Int64(exactly: value) else { throw WireError(.valueOutOfRange, place) }
    return major == 0 ? magnitude : -1 - magnitude
  }

  /// Reads a byte string whose length lies in `length`.
  public mutating func byteString(
    _ place: String, length: ClosedRange<Int>
  ) throws(WireError) -> ArraySlice<UInt8> {
    try string(major: 2, place, length)
  }

  /// Reads a text string of valid UTF-8 whose length in bytes lies in `length`.
  public mutating func text(_ place: String, length: ClosedRange<Int>) throws(WireError) -> String {
    let octets = try string(major: 3, place, length)
    guard let text = String(validating: octets, as: UTF8.self) else { throw WireError(.valueOutOfRange, place) }
    return text
  }

  /// Reads `false` or `true`.
  public mutating func boolean(_ place: String) throws(WireError) -> Bool {
    switch try octet(place) {
    case 0xF4: return false
    case 0xF5: return true
    default:
      position -= 1
      _ = try head(place)
      throw WireError(.unexpectedType, place)
    }
  }

  /// Reads the head of an array and returns its count, which must lie in `count`.
  public mutating func array(_ place: String, count: ClosedRange<Int>) throws(WireError) -> Int {
    try container(major: 4, place, count)
  }

  /// Reads the head of a map and returns its number of pairs, which must lie in `count`.
  public mutating func map(_ place: String, count: ClosedRange<Int>) throws(WireError) -> Int {
    try container(major: 5, place, count)
  }

  /// Requires the tag `expected`.
  public mutating func tag(_ expected: UInt64, _ place: String) throws(WireError) {
    let (major, value) = try head(place)
    guard major == 6, value == expected else { throw WireError(.unexpectedType, place) }
  }

  private mutating func container(
    major: UInt8, _ place: String, _ count: ClosedRange<Int>
  ) throws(WireError) -> Int {
    let (found, value) = try head(place)
    guard found == major else { throw WireError(.unexpectedType, place) }
    guard let size = Int(exactly: value), count.contains(size) else { throw WireError(.unexpectedType, place) }
    return size
  }

  private mutating func string(
    major: UInt8, _ place: String, _ length: ClosedRange<Int>
  ) throws(WireError) -> ArraySlice<UInt8> {
    let (found, value) = try head(place)
    guard found == major else { throw WireError(.unexpectedType, place) }
    guard let size = Int(exactly: value), length.contains(size) else { throw WireError(.unexpectedType, place) }
    guard size <= remaining else { throw WireError(.truncated, place) }
    defer { position += size }
    return bytes[position..<position + size]
  }

  private mutating func octet(_ place: String) throws(WireError) -> UInt8 {
    guard position < end else { throw WireError(.truncated, place) }
    defer { position += 1 }
    return bytes[position]
  }

  /// Reads a major type and its argument in the shortest form.
  private mutating func head(_ place: String) throws(WireError) -> (major: UInt8, argument: UInt64) {
    let first = try octet(place)
    let major = first >> 5
    if major == 7 {
      // `false` and `true` are well-formed where another type was wanted; the rest is outside the subset.
      throw WireError(first == 0xF4 || first == 0xF5 ? .unexpectedType : .nonCanonical, place)
    }
    let (octets, least): (Int, UInt64)
    switch first & 0x1F {
    case let short where short < 24: return (major, UInt64(short))
    case 24: (octets, least) = (1, 24)
    case 25: (octets, least) = (2, 0x100)
    case 26: (octets, least) = (4, 0x1_0000)
    case 27: (octets, least) = (8, 0x1_0000_0000)
    default: throw WireError(.nonCanonical, place)
    }
    guard octets <= remaining else { throw WireError(.truncated, place) }
    var argument: UInt64 = 0
    for _ in 0..<octets { argument = argument << 8 | UInt64(try octet(place)) }
    guard argument >= least else { throw WireError(.nonCanonical, place) }
    return (major, argument)
  }
}
