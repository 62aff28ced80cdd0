/// Base 32 (RFC 4648 §6) in lower case and without padding, from buffer to buffer, so that no copy of a secret is left
/// in a string.
enum Base32 {
  private static let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)

  /// Characters that `count` bytes take.
  static func length(of count: Int) -> Int { (count * 8 + 4) / 5 }

  /// Writes the characters of `bytes`; `output` holds exactly ``length(of:)`` of them.
  static func encode(_ bytes: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) {
    precondition(output.count == length(of: bytes.count))
    for position in output.indices {
      output[position] = alphabet[Int(quintet(position, of: bytes))]
    }
  }

  /// Writes the bytes that characters stand for; the number of characters must be ``length(of:)`` the output.
  /// - Returns: whether every character, and every spare bit at the end, was right.
  static func decode(_ text: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> Bool {
    guard text.count == length(of: output.count) else { return false }
    var pending: UInt32 = 0
    var bits = 0
    var filled = 0
    for character in text {
      guard let value = value(character) else { return false }
      pending = (pending << 5 | UInt32(value)) & 0xFFF
      bits += 5
      guard bits >= 8 else { continue }
      bits -= 8
      output[filled] = UInt8(truncatingIfNeeded: pending >> UInt32(bits))
      filled += 1
    }
    return filled == output.count && pending & (1 << UInt32(bits) - 1) == 0
  }

  private static func quintet(_ position: Int, of bytes: UnsafeRawBufferPointer) -> UInt8 {
    let bit = position * 5
    let high = UInt16(bytes[bit / 8]) << 8
    let low = bit / 8 + 1 < bytes.count ? UInt16(bytes[bit / 8 + 1]) : 0
    return UInt8(truncatingIfNeeded: (high | low) >> UInt16(11 - bit % 8)) & 31
  }

  private static func value(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a")
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
    case UInt8(ascii: "2")...UInt8(ascii: "7"): character - UInt8(ascii: "2") + 26
    default: nil
    }
  }
}
