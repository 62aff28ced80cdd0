/// What persons may write where one line is wanted.
enum PersonsLine {
  /// Characters of a reason: what ``APIProblem/reasonMissing`` asks for, and what the vault's audit log keeps.
  static let reasonLength = 1...200

  /// Whether a text has so many characters and no control character among them, line breaks included.
  static func isLine(_ text: String, of length: ClosedRange<Int>) -> Bool {
    length.contains(text.count) && text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
  }
}
