/// What persons may write where one line is wanted: reasons and names that stand on record.
package enum PersonsLine {
  /// Characters of a reason: as many as the vault's audit log keeps.
  package static let reasonLength = 1...200

  /// Whether a text has so many characters and no control character among them, line breaks included.
  package static func isLine(_ text: String, of length: ClosedRange<Int>) -> Bool {
    length.contains(text.count) && text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
  }
}
