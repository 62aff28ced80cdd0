package import Findings

/// The language of a message to a person.
public enum MessageLanguage: String, Hashable, Sendable, Codable, CaseIterable {
  /// English: where nobody chose.
  case english = "en"
  /// German.
  case german = "de"
}

extension MessageLanguage {
  /// What a reader calls a rule.
  package func title(of rule: AlertRule) -> String {
    switch self {
    case .english: rule.englishTitle
    case .german: rule.germanTitle
    }
  }

  /// How much an alert matters, as a word.
  package func name(of severity: AlertSeverity) -> String {
    guard self == .german else { return severity.rawValue }
    switch severity {
    case .low: return "niedrig"
    case .medium: return "mittel"
    case .high: return "hoch"
    }
  }

  /// What was measured, and against which limit.
  package func sentence(of body: AlertBody) -> String {
    self == .german ? GermanSentence(body)?.text ?? body.explanation : body.explanation
  }
}
