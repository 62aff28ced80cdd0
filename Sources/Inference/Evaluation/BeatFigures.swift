public import Cardio

/// The figures of one record, or of several together.
public struct BeatFigures: Hashable, Sendable {
  /// Each class's statistics, in the order N, S, V, F, Q.
  public let classes: [ClassStatistics]
  /// For each class the share of its readable beats that is called abnormal; `nil` without any.
  public let calledAbnormal: [Double?]
  /// Answers by annotated class.
  public let confusion: ConfusionMatrix
  /// The share of annotated, found and readable beats whose class is right; `nil` when the model tells no classes.
  public let accuracy: Double?
  /// Normal or abnormal.
  public let binary: BinaryStatistics
  /// The reliability of P(abnormal).
  public let calibration: Calibration
  /// The expected calibration error of the class that was told; `nil` when the model tells none.
  public let classCalibrationError: Double?

  /// The figures of a tally; the area under the curve has to be known.
  public init(_ tally: BeatTally, auc: Double?, threshold: Float) {
    classes = BeatClass.allCases.map { ClassStatistics($0, in: tally.confusion) }
    calledAbnormal = BeatClass.allCases.map { beatClass in
      let judged = tally.binary.judged[beatClass.index]
      return judged > 0 ? Double(tally.binary.abnormal[beatClass.index]) / Double(judged) : nil
    }
    confusion = tally.confusion
    accuracy = tally.confusion.accuracy
    binary = BinaryStatistics(tally.binary, auc: auc, threshold: threshold)
    calibration = tally.calibration
    classCalibrationError = tally.classCalibration.expectedError
  }

  /// A class's statistics.
  public subscript(beatClass: BeatClass) -> ClassStatistics { classes[beatClass.index] }

  /// The expected calibration error of P(abnormal).
  public var calibrationError: Double? { calibration.expectedError }

  /// Annotated beats that were found and could not be read.
  public var unreadable: Int {
    BeatClass.allCases.reduce(0) { $0 + confusion[.beat($1), .unreadable] }
  }

  /// Annotated beats that the detector did not find.
  public var missedBeats: Int { confusion.total(answered: .missed) }

  /// Detections that no annotation confirms, readable or not.
  public var falseBeats: Int { confusion.total(of: .none) }

  /// Every rate by the path under which a report has it: what a resampling gives intervals for.
  var rates: [(path: [String], value: Double?)] {
    var rates: [(path: [String], value: Double?)] = []
    for beatClass in BeatClass.allCases {
      let statistics = self[beatClass]
      let path = ["classes", beatClass.rawValue]
      rates.append((path + ["sensitivity"], statistics.sensitivity))
      rates.append((path + ["positivePredictivity"], statistics.positivePredictivity))
      rates.append((path + ["f1"], statistics.f1))
    }
    rates.append((["accuracy"], accuracy))
    rates.append((["binary", "auc"], binary.auc))
    rates.append((["binary", "accuracy"], binary.accuracy))
    rates.append((["binary", "precision"], binary.precision))
    rates.append((["binary", "recall"], binary.recall))
    rates.append((["binary", "specificity"], binary.specificity))
    rates.append((["binary", "f1"], binary.f1))
    rates.append((["calibrationError"], calibrationError))
    return rates
  }
}
