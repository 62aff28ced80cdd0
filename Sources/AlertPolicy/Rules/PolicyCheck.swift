/// Gathers what is wrong with the limits of one rule.
struct PolicyCheck {
  /// The rule's key in the policy; empty for the policy's own numbers.
  let rule: String
  private(set) var faults: [PolicyError] = []

  init(_ rule: String) { self.rule = rule }

  /// A number must lie in a range.
  mutating func range(_ name: String, _ value: Double, _ range: ClosedRange<Double>) {
    guard !range.contains(value) else { return }
    faults.append(
      PolicyError(
        .outOfRange, path(name),
        "\(Figure.number(value)) is not within \(Figure.number(range.lowerBound))…\(Figure.number(range.upperBound))"))
  }

  /// A count must lie in a range.
  mutating func range(_ name: String, _ value: Int, _ range: ClosedRange<Int>) {
    self.range(name, Double(value), Double(range.lowerBound)...Double(range.upperBound))
  }

  /// One limit must not lie above another.
  mutating func order(_ name: String, _ value: Double, atMost other: String, _ limit: Double) {
    guard value > limit else { return }
    faults.append(
      PolicyError(
        .contradiction, path(name),
        "\(Figure.number(value)) is above \(other), which is \(Figure.number(limit))"))
  }

  private func path(_ name: String) -> String { rule.isEmpty ? name : "\(rule).\(name)" }
}

/// A rule whose limits can be checked.
protocol CheckedRule {
  /// Says what is wrong with the limits.
  func check(_ check: inout PolicyCheck)
}

/// Ranges that several rules share, in the units of their names.
enum PolicyRange {
  /// Durations of rhythms: up to an hour.
  static let seconds = 0.0...3600
  /// Windows over which beats are counted: up to a day.
  static let window = 5.0...86_400
  /// Beats per minute.
  static let rate = 10.0...400
  /// Shares and probabilities.
  static let share = 0.0...1
}
