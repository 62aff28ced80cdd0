/// Text of an HTML document. Only what is written as `raw` is markup; everything else is escaped.
struct Markup {
  private(set) var text = ""

  /// Adds markup as it is: literals of ours, numbers, and nothing that came with a recording.
  mutating func raw(_ markup: String) { text += markup }

  /// Adds text with its special characters escaped; what HTML does not allow at all is left out.
  mutating func escaped(_ content: String) { text += Markup.escape(content) }

  /// Adds an element with escaped text in it; `attributes` are literals of ours.
  mutating func element(_ name: String, _ content: String, _ attributes: String = "") {
    raw("<\(name)\(attributes.isEmpty ? "" : " " + attributes)>")
    escaped(content)
    raw("</\(name)>")
  }

  /// The text with `&`, `<`, `>` and both quotes as entities and without control characters.
  static func escape(_ content: String) -> String {
    var result = ""
    result.reserveCapacity(content.utf8.count)
    for scalar in content.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case _ where scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value): result += " "
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// A length with two decimals at most, for coordinates.
  static func number(_ value: Double) -> String {
    guard value.isFinite else { return "0" }
    let hundredths = Int((min(max(value, -1e9), 1e9) * 100).rounded())
    let sign = hundredths < 0 ? "-" : ""
    let (whole, rest) = (abs(hundredths) / 100, abs(hundredths) % 100)
    if rest == 0 { return "\(sign)\(whole)" }
    return rest % 10 == 0 ? "\(sign)\(whole).\(rest / 10)" : "\(sign)\(whole).\(rest < 10 ? "0" : "")\(rest)"
  }
}
