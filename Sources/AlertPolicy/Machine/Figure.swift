/// Numbers as people read them in an explanation.
package enum Figure {
  /// `3.2 s`, `30 s`, `5 min`.
  package static func seconds(_ value: Double) -> String {
    if value >= 120, value.truncatingRemainder(dividingBy: 60) == 0 { return "\(Int(value / 60)) min" }
    return "\(decimal(value)) s"
  }

  /// `142/min`; `unknown` when it was not measured.
  package static func rate(_ value: Double?) -> String { value.map { "\(Int($0.rounded()))/min" } ?? "unknown" }

  /// `50 %`.
  package static func percent(_ share: Double) -> String { "\(decimal(share * 100)) %" }

  /// At most one decimal.
  package static func decimal(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(abs(tenths % 10))"
  }

  /// A limit as a policy file would have it: `130`, `0.4`.
  package static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
  }
}
