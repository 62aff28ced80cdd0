/// The language of a message to a person.
public enum MessageLanguage: String, Hashable, Sendable, Codable, CaseIterable {
  /// English: where nobody chose.
  case english = "en"
  /// German.
  case german = "de"
}
