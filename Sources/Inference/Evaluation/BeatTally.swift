import Cardio

/// What can be counted beat by beat and added up over records.
public struct BeatTally: Hashable, Sendable {
  /// Answers by annotated class.
  public private(set) var confusion = ConfusionMatrix()
  /// Normal or abnormal.
  public private(set) var binary = BinaryStatistics.Counts()
  /// Of P(abnormal).
  public private(set) var calibration = Calibration()
  /// Of the probability of the class that was told.
  public private(set) var classCalibration = Calibration()

  /// A tally of nothing.
  public init() {}

  /// Counts predictions; a beat is called abnormal from the P(abnormal) `threshold` on.
  public init(_ predictions: [BeatPrediction], threshold: Float) {
    for prediction in predictions { count(prediction, threshold: threshold) }
  }

  /// Adds another tally `times` over.
  public mutating func add(_ other: BeatTally, times: Int = 1) {
    confusion.add(other.confusion, times: times)
    binary.add(other.binary, times: times)
    calibration.add(other.calibration, times: times)
    classCalibration.add(other.classCalibration, times: times)
  }

  private mutating func count(_ prediction: BeatPrediction, threshold: Float) {
    let reference: ConfusionMatrix.Reference = prediction.reference.map { .beat($0) } ?? .none
    guard let judgement = prediction.judgement else {
      confusion[reference, .missed] += 1
      return
    }
    guard !judgement.isUnreadable else {
      confusion[reference, .unreadable] += 1
      return
    }
    confusion[reference, judgement.beatClass.map { .beat($0) } ?? .withoutClass] += 1
    guard let truth = prediction.reference else { return }
    if let probability = judgement.abnormalProbability {
      binary.judged[truth.index] += 1
      if probability >= threshold { binary.abnormal[truth.index] += 1 }
      calibration.add(probability: Double(probability), isTrue: truth.isAbnormal)
    }
    if let told = judgement.beatClass, let probabilities = judgement.classProbabilities {
      classCalibration.add(probability: Double(probabilities[told]), isTrue: told == truth)
    }
  }
}
