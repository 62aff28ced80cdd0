import ArgumentParser
import Configuration
import Foundation

/// The configuration in force: flags before environment before file before defaults.
struct Settings: Sendable {
  private let reader: ConfigReader
  /// Where each key that is set comes from.
  let sources: [String: String]

  /// Reads and validates everything; the first fault is told in one sentence.
  init(flags: [String], file: String?, environment: [String: String]) throws {
    let known = Dictionary(uniqueKeysWithValues: Keys.all.map { ($0.key, $0) })
    let layers = [
      ("--set", try Self.parseFlags(flags)),
      ("environment", Self.parseEnvironment(environment)),
      (file ?? "file", try file.map(Self.parseFile) ?? [:]),
    ]
    var sources: [String: String] = [:]
    for (source, values) in layers {
      for (key, value) in values.sorted(by: { $0.key < $1.key }) {
        guard let setting = known[key] else {
          throw ConfigurationFault("\(source) sets `\(key)`, which is no key. `sealedbeat config` lists all keys.")
        }
        guard setting.accepts(value) else {
          throw ConfigurationFault("\(source) sets `\(key)` to `\(value)`, but it must be \(setting.expectation).")
        }
        sources[key] = sources[key] ?? source
      }
    }
    self.sources = sources
    reader = ConfigReader(
      providers: layers.map { name, values in
        InMemoryProvider(
          name: name,
          values: Dictionary(
            uniqueKeysWithValues: values.map { key, value in
              (
                AbsoluteConfigKey(key.split(separator: ".").map(String.init)),
                ConfigValue(.string(value), isSecret: false)
              )
            }))
      })
  }

  /// The value of a key.
  subscript<Value>(setting: Setting<Value>) -> Value {
    guard let text = reader.string(forKey: ConfigKey(setting.key)), let value = setting.parse(text) else {
      return setting.standard
    }
    return value
  }

  /// The text of a key, where it is set.
  func text(_ key: String) -> String? { reader.string(forKey: ConfigKey(key)) }

  private static func parseFlags(_ flags: [String]) throws -> [String: String] {
    var values: [String: String] = [:]
    for flag in flags {
      guard let equals = flag.firstIndex(of: "=") else {
        throw ConfigurationFault("--set takes key=value, not `\(flag)`.")
      }
      values[String(flag[..<equals])] = String(flag[flag.index(after: equals)...])
    }
    return values
  }

  private static func parseEnvironment(_ environment: [String: String]) -> [String: String] {
    var values: [String: String] = [:]
    for setting in Keys.all {
      if let value = environment[setting.environmentName] { values[setting.key] = value }
    }
    return values
  }

  /// Most bytes of a configuration file.
  private static let fileLimit = 1 << 20

  private static func parseFile(_ path: String) throws -> [String: String] {
    guard let contents = FileManager.default.contents(atPath: path) else {
      throw ConfigurationFault("The configuration file \(path) cannot be read.")
    }
    guard contents.count <= fileLimit else {
      throw ConfigurationFault("The configuration file \(path) is larger than \(fileLimit) bytes.")
    }
    guard let object = try? JSONSerialization.jsonObject(with: contents) as? [String: Any] else {
      throw ConfigurationFault("The configuration file \(path) is not a JSON object.")
    }
    var values: [String: String] = [:]
    try flatten(object, prefix: "", path: path, into: &values)
    return values
  }

  private static func flatten(
    _ object: [String: Any], prefix: String, path: String, into values: inout [String: String]
  ) throws {
    for (name, value) in object {
      let key = prefix + name
      switch value {
      case let nested as [String: Any]: try flatten(nested, prefix: key + ".", path: path, into: &values)
      case let text as String: values[key] = text
      case let words as [String]: values[key] = words.joined(separator: ",")
      case let number as NSNumber:
        values[key] = CFBooleanText.of(number) ?? number.stringValue
      default: throw ConfigurationFault("\(path) gives `\(key)` a value that is neither text, number, truth nor list.")
      }
    }
  }
}

/// JSON's `true` and `false` arrive as numbers; this tells them apart.
private enum CFBooleanText {
  static func of(_ number: NSNumber) -> String? {
    String(cString: number.objCType) == "c" ? String(number.boolValue) : nil
  }
}

/// A fault in what the user configured: one sentence, exit code 78 (EX_CONFIG).
struct ConfigurationFault: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// The flags that every command with a configuration takes.
struct SettingsOptions: ParsableArguments {
  @Option(name: .customLong("config"), help: ArgumentHelp("A JSON file with settings.", valueName: "file"))
  var file: String?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Set one key, e.g. --set mqtt.port=8883; may be repeated. `sealedbeat config` lists the keys.",
      valueName: "key=value"))
  var flags: [String] = []

  @Option(name: .customLong("data-dir"), help: ArgumentHelp("Directory in which everything rests.", valueName: "dir"))
  var dataDirectory: String?

  /// Everything together.
  func load() throws -> Settings {
    var flags = flags
    if let dataDirectory { flags.append("\(Keys.dataDirectory.key)=\(dataDirectory)") }
    return try Settings(flags: flags, file: file, environment: ProcessInfo.processInfo.environment)
  }
}
