/// A reader of the JSON subset of which safetensors headers consist: objects, strings and arrays of whole numbers.
///
/// Narrower than JSON on purpose. A general parser accepts duplicate keys, numbers such as `1e400` and nesting of any depth,
/// and each has been an attack on some program.
struct HeaderReader {
  private let bytes: ArraySlice<UInt8>
  private var position: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  /// Where reading stands, for an error's place.
  var place: String { "header byte \(position - bytes.startIndex)" }

  func malformed(_ reason: String) -> WeightsError { WeightsError(.malformedHeader, reason, at: place) }

  mutating func skipSpace() {
    while position < bytes.endIndex, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
  }

  /// Whether the next byte that is not space is `character`; consumes it if so.
  mutating func consume(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < bytes.endIndex, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  mutating func expect(_ character: Unicode.Scalar) throws(WeightsError) {
    guard consume(character) else { throw malformed("expected '\(character)'") }
  }

  mutating func expectEnd() throws(WeightsError) {
    skipSpace()
    guard position == bytes.endIndex else { throw malformed("bytes after the header's object") }
  }

  /// A whole number from 0 to 2⁵³, without sign, fraction, exponent or leading zero.
  mutating func wholeNumber() throws(WeightsError) -> Int {
    skipSpace()
    let start = position
    var value = 0
    while position < bytes.endIndex, (0x30...0x39).contains(bytes[position]) {
      value = value * 10 + Int(bytes[position] - 0x30)
      guard value <= 1 << 53 else { throw malformed("number above 2^53") }
      position += 1
    }
    guard position > start else { throw malformed("expected a whole number") }
    guard position == start + 1 || bytes[start] != 0x30 else { throw malformed("number with a leading zero") }
    return value
  }

  /// An array of at most `limit` whole numbers.
  mutating func wholeNumbers(limit: Int) throws(WeightsError) -> [Int] {
    try expect("[")
    if consume("]") { return [] }
    var numbers: [Int] = []
    repeat {
      guard numbers.count < limit else { throw malformed("array of more than \(limit) numbers") }
      numbers.append(try wholeNumber())
    } while consume(",")
    try expect("]")
    return numbers
  }

  /// A string of at most `limit` bytes after its escapes are resolved.
  mutating func string(limit: Int) throws(WeightsError) -> String {
    try expect("\"")
    var text: [UInt8] = []
    while true {
      guard position < bytes.endIndex else { throw malformed("string without end") }
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else { throw malformed("string is not UTF-8") }
        return string
      case UInt8(ascii: "\\"): text.append(contentsOf: try escape())
      case 0..<0x20: throw malformed("control character in a string")
      default: text.append(byte)
      }
      guard text.count <= limit else { throw malformed("string of more than \(limit) bytes") }
    }
  }

  private mutating func escape() throws(WeightsError) -> [UInt8] {
    guard position < bytes.endIndex else { throw malformed("string without end") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "u"):
      var value: UInt32 = 0
      for _ in 0..<4 {
        guard position < bytes.endIndex, let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue else {
          throw malformed("\\u without four hexadecimal digits")
        }
        value = value << 4 | UInt32(digit)
        position += 1
      }
      guard let scalar = Unicode.Scalar(value) else { throw malformed("surrogate in a string") }
      return Array(String(Character(scalar)).utf8)
    default: throw malformed("unknown escape")
    }
  }
}
