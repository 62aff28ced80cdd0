/// Writes the core deterministic subset of CBOR that `docs/wire-format.md` names.
///
/// Map keys are the caller's to order; ``CBORReader`` refuses what is out of order.
public struct CBORWriter: Sendable {
  /// What was written so far.
  public private(set) var bytes: [UInt8] = []

  /// Starts empty.
  public init(reservingCapacity capacity: Int = 64) { bytes.reserveCapacity(capacity) }

  /// Writes an unsigned integer (major type 0).
  public mutating func write(_ value: UInt64) { head(major: 0, value) }

  /// Writes an integer of either sign (major type 0 or 1).
  public mutating func write(signed value: Int64) {
    if value >= 0 { head(major: 0, UInt64(value)) } else { head(major: 1, UInt64(-1 - value)) }
  }

  /// Writes a byte string.
  public mutating func write(bytes value: some Collection<UInt8>) {
    head(major: 2, UInt64(value.count))
    bytes.append(contentsOf: value)
  }

  /// Writes a text string.
  public mutating func write(text value: String) {
    head(major: 3, UInt64(value.utf8.count))
    bytes.append(contentsOf: value.utf8)
  }

  /// Writes `false` or `true`.
  public mutating func write(_ value: Bool) { bytes.append(value ? 0xF5 : 0xF4) }

  /// Opens an array of `count` items, which the caller writes next.
  public mutating func beginArray(_ count: Int) { head(major: 4, UInt64(count)) }

  /// Opens a map of `count` pairs, which the caller writes next.
  public mutating func beginMap(_ count: Int) { head(major: 5, UInt64(count)) }

  /// Writes a tag; the tagged item follows.
  public mutating func write(tag: UInt64) { head(major: 6, tag) }

  private mutating func head(major: UInt8, _ value: UInt64) {
    let type = major << 5
    switch value {
    case 0..<24: bytes.append(type | UInt8(value))
    case 24...0xFF: bytes.append(type | 24); append(value, octets: 1)
    case 0x100...0xFFFF: bytes.append(type | 25); append(value, octets: 2)
    case 0x1_0000...0xFFFF_FFFF: bytes.append(type | 26); append(value, octets: 4)
    default: bytes.append(type | 27); append(value, octets: 8)
    }
  }

  private mutating func append(_ value: UInt64, octets: Int) {
    for index in (0..<octets).reversed() { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * UInt64(index)))) }
  }
}
