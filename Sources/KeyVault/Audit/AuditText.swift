/// What a text of the audit log may be: of bounded length, and without characters that would hide or forge something on
/// the screen of who reads it.
enum AuditText {
  /// Longest actor or purpose, in bytes of UTF-8.
  static let nameLimit = 128
  /// Longest name of an object, in bytes of UTF-8: a route with its parameters.
  static let objectLimit = 256
  /// Longest reason, in bytes of UTF-8.
  static let reasonLimit = 400

  /// Removes control and format characters (line ends, bidirectional overrides), and cuts at the limit between two
  /// characters.
  static func cleaned(_ text: String, limit: Int) -> String {
    if text.utf8.count <= limit, text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text }
    var kept = String.UnicodeScalarView()
    var length = 0
    for scalar in text.unicodeScalars where !isHidden(scalar) {
      length += UTF8.width(scalar)
      guard length <= limit else { break }
      kept.append(scalar)
    }
    return String(kept)
  }

  private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: true
    default: false
    }
  }
}
