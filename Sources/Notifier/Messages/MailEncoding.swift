internal import Foundation

/// The encodings of RFC 2045 and RFC 2047.
enum MailEncoding {
  /// An unstructured header value: ASCII as it is, anything else as folded encoded words (RFC 2047 §2: at most 75
  /// characters each). Line breaks and other control characters become spaces, so that no value can begin a header.
  static func header(_ text: String) -> String {
    let plain = String(
      text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? Character(" ") : Character($0) })
    if plain.utf8.allSatisfy({ $0 < 0x80 }), plain.utf8.count <= 200 { return plain }
    // 45 octets are 60 characters of base64: with "=?utf-8?B?" and "?=" within 75.
    var words: [String] = []
    var octets: [UInt8] = []
    for character in plain.unicodeScalars {
      let encoded = Array(String(character).utf8)
      if octets.count + encoded.count > 45 {
        words.append(word(octets))
        octets = []
      }
      octets += encoded
    }
    if !octets.isEmpty { words.append(word(octets)) }
    return words.joined(separator: "\r\n ")
  }

  private static func word(_ octets: [UInt8]) -> String { "=?utf-8?B?\(Data(octets).base64EncodedString())?=" }

  /// A text as quoted-printable (RFC 2045 §6.7): lines of at most 76 characters, CRLF line ends.
  static func quotedPrintable(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { quotedPrintableLine($0) }
      .joined(separator: "\r\n")
  }

  private static func quotedPrintableLine(_ line: Substring) -> String {
    var output = ""
    var width = 0
    let octets = Array(line.utf8)
    for (index, octet) in octets.enumerated() {
      let isLast = index == octets.count - 1
      let isBlank = octet == 0x20 || octet == 0x09
      let isPlain = (0x21...0x7E).contains(octet) && octet != UInt8(ascii: "=") || isBlank && !isLast
      let piece = isPlain ? String(Character(UnicodeScalar(octet))) : "=" + [octet].upperHex
      if width + piece.utf8.count > 75 {
        output += "=\r\n"
        width = 0
      }
      output += piece
      width += piece.utf8.count
    }
    return output
  }
}

extension [UInt8] {
  fileprivate var upperHex: String {
    map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
  }
}
