import Findings
import Foundation
import Testing

/// The catalogue of words: `Web/strings/LANGUAGE/GROUP.js`, one line a key.
@Suite struct StringsTests {
  private static let web = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Sources/Dashboard/Web")

  /// Keys and words of a file.
  private static func words(_ language: String, _ group: String) throws -> [(key: String, words: String)] {
    let text = try String(contentsOf: web.appending(path: "strings/\(language)/\(group).js"), encoding: .utf8)
    return text.matches(of: /(?m)^  "?([\w.-]+)"?: "((?:[^"\\]|\\.)*)",$/).map {
      (String($0.output.1), String($0.output.2))
    }
  }

  private static func groups(_ language: String) throws -> Set<String> {
    let files = try FileManager.default.contentsOfDirectory(
      atPath: web.appending(path: "strings/\(language)").path(percentEncoded: false))
    return Set(files.map { String($0.dropLast(3)) })
  }

  /// The modules that somebody wrote; what is generated has no words.
  private static func modules() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: web.path(percentEncoded: false)).filter { $0.hasSuffix(".js") }
  }

  private static func placeholders(_ words: String) -> Set<String> {
    Set(words.matches(of: /\{(\w+)\}/).map { String($0.output.1) })
  }

  @Test func bothLanguagesSayTheSame() throws {
    let groups = try Self.groups("en")
    #expect(try Self.groups("de") == groups)
    for group in groups {
      let english = try Self.words("en", group), german = try Self.words("de", group)
      #expect(english.map(\.key) == german.map(\.key), "\(group): the same keys in the same order")
      for (one, other) in zip(english, german) {
        #expect(Self.placeholders(one.words) == Self.placeholders(other.words), "\(group): \(one.key)")
        #expect(!one.words.isEmpty && !other.words.isEmpty, "\(group): \(one.key)")
      }
    }
  }

  /// A line that the reader above does not understand would be words that nobody compares.
  @Test(arguments: ["en", "de"]) func everyLineIsAKeyAndItsWords(language: String) throws {
    var seen: [String: String] = [:]
    for group in try Self.groups(language) {
      let text = try String(contentsOf: Self.web.appending(path: "strings/\(language)/\(group).js"), encoding: .utf8)
      let lines = text.split(separator: "\n").filter { $0.hasPrefix("  ") && !$0.hasPrefix("  //") }
      let words = try Self.words(language, group)
      #expect(lines.count == words.count, "\(language)/\(group): one line a key, in double quotes")
      for (key, _) in words {
        #expect(seen[key] == nil, "\(key) stands in \(seen[key] ?? "") and in \(group)")
        seen[key] = group
      }
    }
  }

  /// Every key that a module names is there, so that no page shows a bare key.
  @Test func everyNamedKeyIsThere() throws {
    let known = try Set(Self.groups("en").flatMap { try Self.words("en", $0).map(\.key) })
    for file in try Self.modules() {
      let text = try String(contentsOf: Self.web.appending(path: file), encoding: .utf8)
      for match in text.matches(of: /\bt\("([\w.-]+)"/) {
        let key = String(match.output.1)
        #expect(known.contains(key) || known.contains("\(key).other"), "\(file) names \(key)")
      }
    }
  }

  /// An alert of every rule has a name and a sentence: an alert that says nothing would be worse than none.
  @Test func everyRuleHasItsNameAndItsSentence() throws {
    for language in ["en", "de"] {
      let names = try Set(Self.words(language, "clinical").map(\.key))
      let sentences = try Self.words(language, "alerts").map(\.key)
      for rule in AlertRule.allCases.map(\.rawValue) {
        #expect(names.contains("rule.\(rule)"), "\(language): \(rule)")
        #expect(sentences.contains { $0 == "said.\(rule)" || $0.hasPrefix("said.\(rule).") }, "\(language): \(rule)")
      }
    }
  }

  /// Numbers and dates are written by `strings.js`, in the page's language.
  @Test func noModuleChoosesALanguageItself() throws {
    for file in try Self.modules() where file != "strings.js" {
      let text = try String(contentsOf: Self.web.appending(path: file), encoding: .utf8)
      for forbidden in ["\"en-GB\"", "\"en-US\"", "\"de-DE\"", "toLocale"] {
        #expect(!text.contains(forbidden), "\(file) has \(forbidden)")
      }
    }
  }
}
