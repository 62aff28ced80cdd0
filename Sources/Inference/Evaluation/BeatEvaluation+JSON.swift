import Cardio

extension BeatEvaluation {
  /// The evaluation as JSON: `model`, `threshold`, `rPeaks`, `lead`, `records[]`, `gross`, `intervals`.
  ///
  /// A record and `gross` have `classes.{N,S,V,F,Q}.{sensitivity,positivePredictivity,f1,support,calledAbnormal}`,
  /// `confusion`, `accuracy`, `binary.{auc,accuracy,precision,recall,specificity,f1,threshold}`, `calibrationError`,
  /// `classCalibrationError`, `reliability[]`, `unreadable`, `missedBeats`, `falseBeats`. `confusion` is an object of rows
  /// by annotated class (`N`, `S`, `V`, `F`, `Q`, and `none` for detections without an annotation), each an object of
  /// counts by answer (`N`, `S`, `V`, `F`, `Q`, `unreadable`, `missed`). Rates are fractions. What is undefined is `null`.
  public var json: OrderedJSON {
    .object([
      .init("model", .string(conditions.model)),
      .init("reasonForNoClasses", .optional(conditions.reasonForNoClasses)),
      .init("threshold", .optional(conditions.threshold)),
      .init("rPeaks", .string(conditions.rPeaks.rawValue)),
      .init("lead", .integer(conditions.lead)),
      .init(
        "records",
        .array(records.map { .object([.init("record", .string($0.record))] + $0.figures.members) })),
      .init("gross", .object(gross.members)),
      .init("intervals", intervals?.json ?? .null),
    ])
  }
}

extension BeatFigures {
  fileprivate var members: [OrderedJSON.Member] {
    [
      .init("classes", .object(BeatClass.allCases.map { .init($0.rawValue, json(of: $0)) })),
      .init("confusion", confusion.json),
      .init("accuracy", .optional(accuracy)),
      .init("binary", binary.json),
      .init("calibrationError", .optional(calibrationError)),
      .init("classCalibrationError", .optional(classCalibrationError)),
      .init("reliability", .array(calibration.bins.map(\.json))),
      .init("unreadable", .integer(unreadable)),
      .init("missedBeats", .integer(missedBeats)),
      .init("falseBeats", .integer(falseBeats)),
    ]
  }

  private func json(of beatClass: BeatClass) -> OrderedJSON {
    let statistics = self[beatClass]
    return .object([
      .init("sensitivity", .optional(statistics.sensitivity)),
      .init("positivePredictivity", .optional(statistics.positivePredictivity)),
      .init("f1", .optional(statistics.f1)),
      .init("support", .integer(statistics.support)),
      .init("calledAbnormal", .optional(calledAbnormal[beatClass.index])),
    ])
  }
}

extension ConfusionMatrix {
  fileprivate var json: OrderedJSON {
    guard hasClasses else { return .null }
    func row(_ name: String, _ reference: Reference) -> OrderedJSON.Member {
      let answers: [(String, Answer)] =
        BeatClass.allCases.map { ($0.rawValue, .beat($0)) } + [("unreadable", .unreadable), ("missed", .missed)]
      return .init(name, .object(answers.map { .init($0.0, .integer(self[reference, $0.1])) }))
    }
    return .object(BeatClass.allCases.map { row($0.rawValue, .beat($0)) } + [row("none", .none)])
  }
}

extension BinaryStatistics {
  fileprivate var json: OrderedJSON {
    .object([
      .init("auc", .optional(auc)),
      .init("accuracy", .optional(accuracy)),
      .init("precision", .optional(precision)),
      .init("recall", .optional(recall)),
      .init("specificity", .optional(specificity)),
      .init("f1", .optional(f1)),
      .init("threshold", .optional(threshold)),
    ])
  }
}

extension Calibration.Bin {
  fileprivate var json: OrderedJSON {
    .object([
      .init("bin", .string(name)),
      .init("beats", .integer(count)),
      .init("meanProbability", .optional(meanProbability)),
      .init("abnormalShare", .optional(observedShare)),
    ])
  }
}

extension RecordBootstrap {
  /// `resamples`, `seed`, and below the same names as in `gross` a pair of bounds for each rate.
  fileprivate var json: OrderedJSON {
    .object(
      [.init("resamples", .integer(resamples)), .init("seed", .integer(Int(seed)))]
        + members(of: intervals.map { ($0.path[...], $0) }))
  }

  private func members(of entries: [(path: ArraySlice<String>, interval: Interval)]) -> [OrderedJSON.Member] {
    var names: [String] = []
    for entry in entries {
      if let name = entry.path.first, !names.contains(name) { names.append(name) }
    }
    return names.map { name in
      let below = entries.filter { $0.path.first == name }
      if let leaf = below.first, leaf.path.count == 1 {
        return .init(name, .array([.number(leaf.interval.lower), .number(leaf.interval.upper)]))
      }
      return .init(name, .object(members(of: below.map { ($0.path.dropFirst(), $0.interval) })))
    }
  }
}
