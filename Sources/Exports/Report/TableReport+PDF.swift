/// The report on paper.
extension TableReport {
  private static let left = 16.0
  private static let width = PDFDocument.width - 2 * left
  private static let lineHeight = 4.4
  private static let bottom = PDFDocument.height - 16
  private static let size = 7.5
  /// Millimetres of an average character of Helvetica at this size: half an em, and a little for capitals and digits.
  private static let characterWidth = size * 25.4 / 72 * 0.54
  /// Fewest and most characters of a column before the rest is cut.
  private static let columnLimits = 4...70

  /// The file: title and facts, then the tables; hash and entry at the foot of every page.
  public func pdf(_ seal: Seal) -> [UInt8] {
    var document = PDFDocument()
    var page = 1
    Self.foot(&document, seal, page)
    document.text(title, x: Self.left, y: 20, size: 16, font: .bold)
    var y = 28.0
    /// Takes a line's height, on the next page where this one is full.
    func take(_ height: Double) -> Double {
      if y + height > Self.bottom {
        document.newPage()
        page += 1
        Self.foot(&document, seal, page)
        y = 16
      }
      y += height
      return y
    }
    for fact in facts {
      let place = take(5)
      document.text(fact.name, x: Self.left, y: place, size: 8.5, font: .bold)
      document.text(Self.cut(fact.value, to: 130), x: Self.left + 62, y: place, size: 8.5)
    }
    for section in sections {
      // A heading stays with its first rows.
      if y + 24 > Self.bottom { _ = take(PDFDocument.height) }
      document.text(section.title, x: Self.left, y: take(10), size: 11, font: .bold)
      let places = Self.places(of: section)
      func draw(_ cells: [String], _ font: PDFDocument.Font) {
        let place = take(Self.lineHeight)
        for (cell, column) in zip(cells, places) {
          document.text(Self.cut(cell, to: column.characters), x: column.x, y: place, size: Self.size, font: font)
        }
      }
      draw(section.columns, .bold)
      if section.rows.isEmpty { document.text("None.", x: Self.left, y: take(Self.lineHeight), size: Self.size) }
      for row in section.rows {
        if y + Self.lineHeight > Self.bottom { draw(section.columns, .bold) }
        draw(row, .plain)
      }
    }
    return document.bytes(title: title)
  }

  private static func foot(_ document: inout PDFDocument, _ seal: Seal, _ page: Int) {
    let text =
      "SHA-256 \(seal.digest), entry \(seal.entry) of the audit log. Drawn up by \(seal.account) at \(time(seal.madeAt)). Page \(page)"
    document.text(text, x: left, y: PDFDocument.height - 8, size: 7, colour: .grey)
  }

  /// Where each column begins, and how many characters it has room for: in proportion to its longest text.
  private static func places(of section: Section) -> [(x: Double, characters: Int)] {
    let wanted = section.columns.indices.map { column in
      let longest = section.rows.reduce(section.columns[column].count) { max($0, $1[column].count) }
      return Double(min(columnLimits.upperBound, max(columnLimits.lowerBound, longest + 2)))
    }
    let room = width / characterWidth
    let scale = min(1, room / max(1, wanted.reduce(0, +)))
    var x = left
    return wanted.map { characters in
      defer { x += characters * scale * characterWidth }
      return (x, max(2, Int(characters * scale) - 1))
    }
  }

  private static func cut(_ text: String, to limit: Int) -> String {
    text.count <= limit ? text : text.prefix(max(1, limit - 1)) + "…"
  }
}
