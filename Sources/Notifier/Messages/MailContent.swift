/// The same content as plain text and as HTML without anything to be fetched: no image, no style sheet, no script.
struct MailContent {
  /// A tag of BCP 47.
  let language: String
  private var lines: [String] = []
  private var blocks: [String] = []

  init(language: String) { self.language = language }

  /// Plain text.
  var text: String { lines.joined(separator: "\n").trimmingBlankEnds }

  /// A whole HTML document.
  var html: String {
    """
    <!DOCTYPE html>
    <html lang="\(language)"><head><meta charset="utf-8"><title>SealedBeat</title></head>
    <body style="font-family: sans-serif; line-height: 1.4; max-width: 40em">
    \(blocks.joined(separator: "\n"))
    </body></html>
    """
  }

  mutating func add(heading: String) {
    lines += [heading, ""]
    blocks.append("<h2>\(Self.escaped(heading))</h2>")
  }

  mutating func add(paragraph: String) {
    lines += [paragraph, ""]
    blocks.append("<p>\(Self.escaped(paragraph))</p>")
  }

  mutating func add(rows: [(String, String)]) {
    let width = max(12, (rows.map(\.0.count).max() ?? 0) + 1)
    lines += rows.map { name, value in
      name + ":" + String(repeating: " ", count: width - name.count) + value
    }
    lines.append("")
    blocks.append("<table>")
    blocks += rows.map { name, value in
      "<tr><th align=\"left\">\(Self.escaped(name))</th><td>\(Self.escaped(value))</td></tr>"
    }
    blocks.append("</table>")
  }

  mutating func add(link: String, before words: String) {
    lines += ["\(words): \(link)", ""]
    blocks.append("<p><a href=\"\(Self.escaped(link))\">\(Self.escaped(words))</a></p>")
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }
}

extension String {
  fileprivate var trimmingBlankEnds: String {
    var text = self[...]
    while text.last?.isNewline == true { text.removeLast() }
    return String(text)
  }
}
