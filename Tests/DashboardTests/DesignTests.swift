import Dashboard
import Foundation
import Testing

/// The tokens of `Web/tokens.css`: contrast as WCAG 2.2 computes it, in both themes.
@Suite struct DesignTests {
  private static let web = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Sources/Dashboard/Web")

  enum Theme: String, CaseIterable {
    case light, dark
  }

  /// Colours by token; the dark ones lie over the light ones.
  private static func colours(_ theme: Theme) throws -> [String: [Double]] {
    let text = try String(contentsOf: web.appending(path: "tokens.css"), encoding: .utf8)
    let start = try #require(text.range(of: "@media (prefers-color-scheme: dark)"))
    let end = try #require(text.range(of: "\n}\n", range: start.upperBound..<text.endIndex))
    let light = text[..<start.lowerBound], dark = text[start.lowerBound..<end.lowerBound]
    var colours: [String: [Double]] = [:]
    for part in theme == .light ? [light] : [light, dark] {
      for match in part.matches(of: /--([\w-]+): #([0-9a-f]{6});/) {
        let value = try #require(Int(match.output.2, radix: 16))
        colours[String(match.output.1)] = [value >> 16, value >> 8 & 255, value & 255].map { Double($0) / 255 }
      }
    }
    return colours
  }

  /// Relative luminance, WCAG 2.2 §glossary.
  private static func luminance(_ colour: [Double]) -> Double {
    let linear = colour.map { $0 <= 0.04045 ? $0 / 12.92 : pow(($0 + 0.055) / 1.055, 2.4) }
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
  }

  private static func contrast(_ one: [Double], _ other: [Double]) -> Double {
    let (dark, light) = (min(luminance(one), luminance(other)), max(luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)
  }

  /// Text: 4.5 : 1 (success criterion 1.4.3).
  static let texts: [(text: String, surfaces: [String])] = [
    ("text", ["page", "surface", "raised", "accent-soft", "paper"]),
    ("text-quiet", ["page", "surface", "raised", "paper"]),
    ("accent", ["page", "surface", "raised"]),
    ("accent-text", ["accent"]),
    ("good", ["page", "surface", "raised", "good-soft"]),
    ("warn", ["page", "surface", "raised", "warn-soft"]),
    ("bad", ["page", "surface", "raised", "bad-soft"]),
    ("info", ["page", "surface", "raised", "info-soft"]),
    ("on-bad", ["bad"]),
    ("gap-text", ["paper"]), ("beat-normal", ["paper"]), ("beat-abnormal", ["paper"]),
  ]

  /// What is no text but has to be seen: 3 : 1 (success criterion 1.4.11).
  static let shapes: [(shape: String, surfaces: [String])] = [
    ("line-strong", ["surface", "page", "raised"]), ("accent", ["page", "surface", "raised"]),
    ("trace", ["paper"]), ("axis", ["surface", "paper"]),
    ("series-1", ["surface"]), ("series-2", ["surface"]), ("series-3", ["surface"]), ("series-4", ["surface"]),
  ]

  @Test(arguments: Theme.allCases) func everyPairCanBeRead(theme: Theme) throws {
    let colours = try Self.colours(theme)
    let pairs =
      Self.texts.flatMap { one in one.surfaces.map { (one.text, $0, 4.5) } }
      + Self.shapes.flatMap { one in one.surfaces.map { (one.shape, $0, 3.0) } }
    for (front, back, least) in pairs {
      let ratio = try Self.contrast(#require(colours[front]), #require(colours[back]))
      #expect(ratio >= least, "\(theme.rawValue): --\(front) on --\(back) has \(ratio)")
    }
  }

  /// Both themes have every colour, so that none shines through from the other.
  @Test func bothThemesNameTheSameColours() throws {
    let text = try String(contentsOf: Self.web.appending(path: "tokens.css"), encoding: .utf8)
    let light = try #require(text.firstMatch(of: /:root \{([^}]*)\}/)).output.1
    let dark = try #require(text.firstMatch(of: /dark\) \{\s*:root \{([^}]*)\}/)).output.1
    let names = { (part: Substring) in Set(part.matches(of: /--([\w-]+): (?:#|rgba)/).map { String($0.output.1) }) }
    #expect(names(light).subtracting(["veil"]) == names(dark))
  }

  /// Colours are named in one file alone; what a page uses is defined.
  @Test func styleSheetsUseTokensAlone() throws {
    let tokens = try String(contentsOf: Self.web.appending(path: "tokens.css"), encoding: .utf8)
    let known = Set(tokens.matches(of: /--([\w-]+):/).map { String($0.output.1) })
    for file in try WebPages().files where file.hasSuffix(".css") && file != "tokens.css" {
      let text = try String(contentsOf: Self.web.appending(path: file), encoding: .utf8)
        .replacing(/\/\*[\s\S]*?\*\//, with: "")
      #expect(text.firstMatch(of: /#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(/) == nil, "\(file) names a colour")
      let own = Set(text.matches(of: /--([\w-]+):/).map { String($0.output.1) })
      for match in text.matches(of: /var\(--([\w-]+)/) {
        let name = String(match.output.1)
        #expect(known.contains(name) || own.contains(name), "\(file) uses --\(name)")
      }
      #expect(!text.contains("outline: none") || file == "app.css", "\(file) hides the focus")
    }
  }
}
