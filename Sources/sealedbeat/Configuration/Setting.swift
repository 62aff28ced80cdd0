/// One key of the configuration: its name, its default, what it means and what it accepts.
struct Setting<Value: Sendable>: Sendable {
  let key: String
  let standard: Value
  let documentation: String
  /// What is accepted, to finish the sentence "… must be".
  let expectation: String
  let parse: @Sendable (String) -> Value?
  let show: @Sendable (Value) -> String

  /// The same without its type, for listings and validation.
  var description: SettingDescription {
    SettingDescription(
      key: key, standard: show(standard), documentation: documentation, expectation: expectation,
      accepts: { parse($0) != nil })
  }
}

/// A key as `sealedbeat config` prints it.
struct SettingDescription: Sendable {
  let key: String
  let standard: String
  let documentation: String
  let expectation: String
  let accepts: @Sendable (String) -> Bool

  /// `broker.batch-limit` → `SEALEDBEAT_BROKER_BATCH_LIMIT`.
  var environmentName: String {
    "SEALEDBEAT_" + key.uppercased().replacing(".", with: "_").replacing("-", with: "_")
  }
}

extension Setting where Value == String {
  static func text(_ key: String, _ standard: String, _ documentation: String) -> Setting {
    Setting(
      key: key, standard: standard, documentation: documentation, expectation: "text without control characters",
      parse: { text in text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F } ? nil : text },
      show: { $0 })
  }
}

extension Setting where Value == Int {
  static func number(_ key: String, _ standard: Int, in range: ClosedRange<Int>, _ documentation: String) -> Setting {
    Setting(
      key: key, standard: standard, documentation: documentation,
      expectation: "a whole number from \(range.lowerBound) to \(range.upperBound)",
      parse: { Int($0).flatMap { range.contains($0) ? $0 : nil } }, show: { String($0) })
  }

  static func port(_ key: String, _ standard: Int, _ documentation: String) -> Setting {
    number(key, standard, in: 0...65_535, documentation)
  }
}

extension Setting where Value == Double {
  static func fraction(
    _ key: String, _ standard: Double, in range: ClosedRange<Double>, _ documentation: String
  ) -> Setting {
    Setting(
      key: key, standard: standard, documentation: documentation,
      expectation: "a number from \(range.lowerBound) to \(range.upperBound)",
      parse: { Double($0).flatMap { range.contains($0) ? $0 : nil } }, show: { String($0) })
  }
}

extension Setting where Value == Bool {
  static func flag(_ key: String, _ standard: Bool, _ documentation: String) -> Setting {
    Setting(
      key: key, standard: standard, documentation: documentation, expectation: "true or false",
      parse: { Bool($0) }, show: { String($0) })
  }
}

extension Setting where Value == [String] {
  static func list(_ key: String, _ documentation: String) -> Setting {
    Setting(
      key: key, standard: [], documentation: documentation, expectation: "words separated by commas",
      parse: { $0.split(separator: ",").map { $0.trimmingPrefix(" ") }.map(String.init) },
      show: { $0.joined(separator: ",") })
  }
}

extension Setting where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  static func choice(_ key: String, _ standard: Value, _ documentation: String) -> Setting {
    Setting(
      key: key, standard: standard, documentation: documentation,
      expectation: "one of " + Value.allCases.map(\.rawValue).joined(separator: ", "),
      parse: { Value(rawValue: $0) }, show: { $0.rawValue })
  }
}
