import Cardio
import Foundation

extension BeatEvaluation {
  /// The evaluation for people: a line for each record, then everything over all records.
  public var table: String {
    var lines = [
      "model \(conditions.model), R peaks \(conditions.rPeaks.rawValue), lead \(conditions.lead), "
        + "abnormal from P = \(conditions.threshold)",
      "",
      "record        beats  missed  false  unread"
        + (tellsClasses ? "  acc %   V Se   V +P   V F1   S Se   S +P   S F1" : "") + "     AUC  bin acc",
    ]
    lines += records.map { line($0.record, $0.figures) }
    lines.append(line("gross", gross))
    if tellsClasses { lines += [""] + confusion }
    lines += [""] + rates + [""] + calledAbnormal + [""] + reliability
    if let reason = conditions.reasonForNoClasses { lines += ["", "No classes: \(reason)."] }
    return lines.joined(separator: "\n")
  }

  private var tellsClasses: Bool { conditions.reasonForNoClasses == nil }

  private func line(_ name: String, _ figures: BeatFigures) -> String {
    let beats = BeatClass.allCases.reduce(0) { $0 + figures[$1].support }
    let counts = [beats, figures.missedBeats, figures.falseBeats, figures.unreadable]
    let shares =
      !tellsClasses
      ? []
      : [figures.accuracy]
        + [BeatClass.ventricular, .supraventricular].flatMap { beatClass in
          [figures[beatClass].sensitivity, figures[beatClass].positivePredictivity, figures[beatClass].f1]
        }
    return name.padding(toLength: 12, withPad: " ", startingAt: 0)
      + zip(counts, [7, 8, 7, 8]).map { BeatEvaluation.right(String($0), $1) }.joined()
      + shares.map { BeatEvaluation.right(BeatEvaluation.percent($0, 1), 7) }.joined()
      + BeatEvaluation.right(figures.binary.auc.map { String(format: "%.4f", $0) } ?? "–", 8)
      + BeatEvaluation.right(BeatEvaluation.percent(figures.binary.accuracy, 2), 9)
  }

  private var confusion: [String] {
    let answers: [(String, ConfusionMatrix.Answer)] =
      BeatClass.allCases.map { ($0.rawValue, .beat($0)) } + [("unread", .unreadable), ("missed", .missed)]
    let rows: [(String, ConfusionMatrix.Reference)] =
      BeatClass.allCases.map { ($0.rawValue, .beat($0)) } + [("none", .none)]
    return ["annotated \\ told" + answers.map { BeatEvaluation.right($0.0, 8) }.joined()]
      + rows.map { name, row in
        name.padding(toLength: 16, withPad: " ", startingAt: 0)
          + answers.map { BeatEvaluation.right(String(gross.confusion[row, $0.1]), 8) }.joined()
      }
  }

  private var rates: [String] {
    [
      "gross, in % but for AUC and calibration error; in brackets 95 % of \(intervals?.resamples ?? 0) resamples of records"
    ]
      + gross.rates.compactMap { rate in
        guard let value = rate.value else { return nil }
        let isShare = rate.path.last != "auc" && rate.path.last != "calibrationError"
        func text(_ value: Double) -> String {
          String(format: isShare ? "%.2f" : "%.4f", isShare ? value * 100 : value)
        }
        let interval = intervals?.intervals.first { $0.path == rate.path }
        let bounds = interval.map { " (\(text($0.lower)) – \(text($0.upper)))" } ?? ""
        return rate.path.joined(separator: ".").padding(toLength: 34, withPad: " ", startingAt: 0) + text(value)
          + bounds
      }
  }

  private var calledAbnormal: [String] {
    let shares = BeatClass.allCases.map {
      "\($0.rawValue) \(BeatEvaluation.percent(gross.calledAbnormal[$0.index], 1)) of \(gross[$0].support)"
    }
    return ["called abnormal, in % of each class: " + shares.joined(separator: ", ")]
  }

  private var reliability: [String] {
    ["P(abnormal)      beats      mean  in fact abnormal"]
      + gross.calibration.bins.map { bin in
        bin.name.padding(toLength: 12, withPad: " ", startingAt: 0) + BeatEvaluation.right(String(bin.count), 10)
          + BeatEvaluation.right(bin.meanProbability.map { String(format: "%.3f", $0) } ?? "–", 10)
          + BeatEvaluation.right(bin.observedShare.map { String(format: "%.3f", $0) } ?? "–", 18)
      }
  }

  private static func percent(_ value: Double?, _ digits: Int) -> String {
    value.map { String(format: "%.\(digits)f", $0 * 100) } ?? "–"
  }

  private static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(1, width - text.count)) + text
  }
}
