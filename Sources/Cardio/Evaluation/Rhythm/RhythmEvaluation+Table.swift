extension RhythmEvaluation {
  /// The sums as text, for people.
  public var table: String {
    let sum = gross
    var lines = ["rhythm                          episodes   told   ep Se %   ep +P %    s Se %    s +P %"]
    func add(_ name: String, _ comparison: SpanComparison) {
      guard comparison.reference + comparison.detected > 0 else { return }
      let rates = [
        comparison.episodeSensitivity, comparison.episodePredictivity, comparison.durationSensitivity,
        comparison.durationPredictivity,
      ]
      lines.append(
        name.padded(30) + "\(comparison.reference)".leading(10) + "\(comparison.detected)".leading(7)
          + rates.map { Figures.percent($0).leading(10) }.joined())
    }
    for reference in Reference.allCases { add(reference.rawValue, sum.rhythms[reference] ?? SpanComparison()) }
    add("couplets", sum.couplets)
    add("runs", sum.runs)
    let alarms = sum.alarms
    let delays = alarms.delays.sorted()
    lines.append(
      "alarms: \(alarms.episodes) episodes of 4 s and more, \(alarms.alarmed) alarmed, \(alarms.inTime) within 10 s; "
        + "delay median \(Figures.seconds(delays.isEmpty ? nil : delays[delays.count / 2])), longest "
        + "\(Figures.seconds(delays.last)); \(alarms.falseAlarms) false "
        + "(\(alarms.falseAlarmsInReadableSignal) in readable signal) in \(Figures.hours(alarms.seconds))")
    return lines.joined(separator: "\n")
  }
}

extension StripEvaluation {
  /// The confusion matrix and F1 as text, for people.
  public var table: String {
    var lines = ["annotated  told " + StripRhythm.allCases.map { $0.rawValue.leading(6) }.joined() + "      F1"]
    for annotated in StripRhythm.allCases {
      let counts = StripRhythm.allCases.map { "\(count(annotated: annotated, told: $0))".leading(6) }
      lines.append(annotated.rawValue.padded(16) + counts.joined() + Figures.percent(f1(annotated)).leading(8))
    }
    lines.append("mean F1 of N, A and O: \(Figures.percent(challengeScore))")
    return lines.joined(separator: "\n")
  }
}

/// Numbers as a table shows them.
private enum Figures {
  static func percent(_ value: Double?) -> String { value.map { fixed($0 * 100, 2) } ?? "–" }
  static func seconds(_ value: Double?) -> String { value.map { fixed($0, 1) + " s" } ?? "–" }
  static func hours(_ seconds: Double) -> String { fixed(seconds / 3600, 1) + " h" }

  private static func fixed(_ value: Double, _ digits: Int) -> String {
    let scale = digits == 1 ? 10 : 100
    let whole = Int((value * Double(scale)).rounded())
    let rest = "\(abs(whole) % scale)"
    return "\(whole / scale)." + String(repeating: "0", count: digits - rest.count) + rest
  }
}

extension String {
  fileprivate func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
  fileprivate func leading(_ width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
