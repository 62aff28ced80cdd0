import ArgumentParser
import Foundation

/// Prints every key, its value in force, and where that comes from.
struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Show every setting, its value and where it comes from.",
    discussion: """
      Settings come from --set, then the environment, then the --config file, then the default. The file is a JSON
      object; keys may be nested at the dots. Secrets are never settings: they are files or systemd credentials, and
      settings only name the files.
      """)

  @OptionGroup var options: SettingsOptions
  @Flag(help: "Print JSON.") var json = false

  func run() throws {
    let settings = try options.load()
    if json {
      let table = Keys.all.map { key in
        [
          "key": key.key, "value": settings.text(key.key) ?? key.standard, "default": key.standard,
          "source": settings.sources[key.key] ?? "default", "environment": key.environmentName,
          "documentation": key.documentation, "accepts": key.expectation,
        ]
      }
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      print(String(decoding: try encoder.encode(table), as: UTF8.self))
      return
    }
    for key in Keys.all {
      let value = settings.text(key.key) ?? key.standard
      print("\(key.key) = \(value.isEmpty ? "\"\"" : value)   (\(settings.sources[key.key] ?? "default"))")
      print("    \(key.documentation) It must be \(key.expectation). \(key.environmentName)")
    }
  }
}
