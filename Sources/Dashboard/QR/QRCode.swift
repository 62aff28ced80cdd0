internal import CQREncode

/// A QR code (ISO/IEC 18004) as squares: what a phone's camera reads from a page.
///
/// ```swift
/// let code = QRCode("otpauth://totp/…")
/// // The page draws `code.path` in a view box of `code.size` squares a side.
/// ```
package struct QRCode: Hashable, Sendable, Encodable {
  /// Longest text in bytes of UTF-8: keeps the code small enough for a phone in front of a screen.
  package static let textLimit = 512
  /// Light squares on each side that the standard asks for (§6.3.8).
  package static let quietZone = 4

  /// Squares on each side, the quiet zone included.
  package let size: Int
  /// The dark squares as the data of an SVG path, one unit a square, rows as runs: digits, `M`, `h`, `v` and `z` alone.
  package let path: String

  /// Encodes a text with error correction M (15 % of the code may be unreadable).
  /// - Parameter text: 1 to ``textLimit`` bytes of UTF-8 without a zero octet; `nil` for anything else.
  package init?(_ text: String) {
    guard (1...Self.textLimit).contains(text.utf8.count), !text.utf8.contains(0),
      let symbol = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M)
    else { return nil }
    defer { QRcode_free(symbol) }
    let width = Int(symbol.pointee.width)
    guard width > 0, let data = symbol.pointee.data else { return nil }
    size = width + 2 * Self.quietZone
    var path = ""
    for row in 0..<width {
      var column = 0
      while column < width {
        // The lowest bit of a square says whether it is dark.
        guard data[row * width + column] & 1 == 1 else {
          column += 1
          continue
        }
        let start = column
        while column < width, data[row * width + column] & 1 == 1 { column += 1 }
        path += "M\(start + Self.quietZone) \(row + Self.quietZone)h\(column - start)v1h-\(column - start)z"
      }
    }
    self.path = path
  }
}
