/// A PDF 1.4 file of A4 pages in landscape: lines, filled boxes and text in the standard fonts, which every reader has (ISO 32000-1 §9.6.2.2).
///
/// Places are in millimetres from the upper left corner. Text is WinAnsi (Latin-1 and a few more); what that has not is a question mark.
struct PDFDocument {
  /// The page in millimetres.
  static let width = 297.0
  /// The page in millimetres.
  static let height = 210.0
  private static let points = 72 / 25.4

  /// A colour, each part 0…1.
  struct Colour {
    let red: Double
    let green: Double
    let blue: Double

    static let black = Colour(red: 0, green: 0, blue: 0)
    static let grey = Colour(red: 0.42, green: 0.42, blue: 0.42)
    static let thin = Colour(red: 0.97, green: 0.86, blue: 0.86)
    static let thick = Colour(red: 0.92, green: 0.68, blue: 0.68)
    static let shade = Colour(red: 0.90, green: 0.90, blue: 0.90)
  }

  /// Fonts that need no file.
  enum Font: String {
    case plain = "F1"
    case bold = "F2"
  }

  private var pages: [String] = []
  private var content = ""

  /// How many pages there are, the one that is drawn on included.
  var pageCount: Int { pages.count + 1 }

  /// Goes on to the next page.
  mutating func newPage() {
    pages.append(content)
    content = ""
  }

  /// Draws text with its baseline at a place.
  mutating func text(
    _ text: String, x: Double, y: Double, size: Double = 9, font: Font = .plain, colour: Colour = .black
  ) {
    var bytes = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "(", ")", "\\": bytes += "\\" + String(scalar)
      default:
        if let byte = Self.winAnsi(scalar) {
          bytes += byte < 127 ? String(UnicodeScalar(byte)) : "\\" + Self.octal(byte)
        } else {
          bytes += "?"
        }
      }
    }
    content +=
      "BT /\(font.rawValue) \(Self.number(size)) Tf \(Self.rgb(colour)) rg \(place(x, y)) Td (\(bytes)) Tj ET\n"
  }

  /// Draws a line through places.
  mutating func line(_ places: [(x: Double, y: Double)], width: Double, colour: Colour) {
    guard let first = places.first, places.count > 1 else { return }
    content += "\(Self.number(width * Self.points)) w \(Self.rgb(colour)) RG 1 j 1 J \(place(first.x, first.y)) m\n"
    for point in places.dropFirst() { content += "\(place(point.x, point.y)) l\n" }
    content += "S\n"
  }

  /// Fills a box.
  mutating func box(x: Double, y: Double, width: Double, height: Double, colour: Colour) {
    content +=
      "\(Self.rgb(colour)) rg \(place(x, y + height)) \(Self.number(width * Self.points)) \(Self.number(height * Self.points)) re f\n"
  }

  /// Draws only within a box what `body` draws.
  mutating func clipped(
    x: Double, y: Double, width: Double, height: Double, _ body: (inout PDFDocument) -> Void
  ) {
    content +=
      "q \(place(x, y + height)) \(Self.number(width * Self.points)) \(Self.number(height * Self.points)) re W n\n"
    body(&self)
    content += "Q\n"
  }

  /// The file.
  /// - Parameter title: What readers show as its name.
  func bytes(title: String) -> [UInt8] {
    let all = pages + [content]
    var objects: [String] = []
    let kids = all.indices.map { "\(5 + 2 * $0) 0 R" }.joined(separator: " ")
    objects.append("<< /Type /Catalog /Pages 2 0 R >>")
    objects.append("<< /Type /Pages /Kids [\(kids)] /Count \(all.count) >>")
    for name in ["Helvetica", "Helvetica-Bold"] {
      objects.append("<< /Type /Font /Subtype /Type1 /BaseFont /\(name) /Encoding /WinAnsiEncoding >>")
    }
    let box = "[0 0 \(Self.number(Self.width * Self.points)) \(Self.number(Self.height * Self.points))]"
    for (index, content) in all.enumerated() {
      objects.append(
        """
        << /Type /Page /Parent 2 0 R /MediaBox \(box) /Contents \(6 + 2 * index) 0 R \
        /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>
        """)
      objects.append("<< /Length \(content.utf8.count) >>\nstream\n\(content)endstream")
    }
    objects.append("<< /Title (\(title.filter { $0.isASCII && !"()\\".contains($0) })) /Producer (SealedBeat) >>")
    var file = Array("%PDF-1.4\n%".utf8) + [0xE2, 0xE3, 0xCF, 0xD3, 10]
    var offsets: [Int] = []
    for (index, object) in objects.enumerated() {
      offsets.append(file.count)
      file += Array("\(index + 1) 0 obj\n\(object)\nendobj\n".utf8)
    }
    let start = file.count
    var table = "xref\n0 \(objects.count + 1)\n0000000000 65535 f \n"
    for offset in offsets { table += "\(CivilTime.digits(offset, 10)) 00000 n \n" }
    table += "trailer\n<< /Size \(objects.count + 1) /Root 1 0 R /Info \(objects.count) 0 R >>\n"
    return file + Array("\(table)startxref\n\(start)\n%%EOF\n".utf8)
  }

  private func place(_ x: Double, _ y: Double) -> String {
    "\(Self.number(x * Self.points)) \(Self.number((Self.height - y) * Self.points))"
  }

  private static func rgb(_ colour: Colour) -> String {
    "\(number(colour.red)) \(number(colour.green)) \(number(colour.blue))"
  }

  private static func number(_ value: Double) -> String {
    thousandths(Int((min(1e9, max(-1e9, value.isNaN ? 0 : value)) * 1000).rounded()))
  }

  private static func octal(_ byte: UInt8) -> String { CivilTime.digits(Int(String(byte, radix: 8)) ?? 0, 3) }

  /// The byte of a character in WinAnsiEncoding (ISO 32000-1 annex D.2).
  private static func winAnsi(_ scalar: Unicode.Scalar) -> UInt8? {
    switch scalar.value {
    case 32...126, 160...255: UInt8(scalar.value)
    case 0x20AC: 0x80
    case 0x2026: 0x85
    case 0x2018: 0x91
    case 0x2019: 0x92
    case 0x201C: 0x93
    case 0x201D: 0x94
    case 0x2013: 0x96
    case 0x2014: 0x97
    default: nil
    }
  }
}
