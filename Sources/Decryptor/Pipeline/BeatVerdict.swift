package import Cardio
package import Findings
package import Inference

/// What a classifier says of one beat.
package struct BeatVerdict: Sendable, Hashable {
  /// P(abnormal), 0…1.
  package let abnormalProbability: Double
  /// Whether it reaches the threshold in force.
  package let isAbnormal: Bool
  /// The AAMI EC57 class, from a model that tells one.
  package let beatClass: BeatLabel?

  /// A verdict; a probability that is not a number between 0 and 1 is brought to the nearer end, and to 0 when it is none.
  package init(abnormalProbability: Double, isAbnormal: Bool, beatClass: BeatLabel? = nil) {
    self.abnormalProbability =
      abnormalProbability.isNaN ? 0 : min(1, max(0, (abnormalProbability * 10_000).rounded() / 10_000))
    self.isAbnormal = isAbnormal
    self.beatClass = beatClass
  }
}

extension BeatVerdict {
  /// What a model's judgement means for the patient: the class decides where the model tells one, the threshold otherwise. A
  /// beat that cannot be read is Q, and counts as no ectopy.
  ///
  /// - Parameters:
  ///   - judgement: What the model said.
  ///   - threshold: A beat is abnormal from this P(abnormal) on, if the model tells no class.
  package init(_ judgement: BeatJudgement, threshold: Float) {
    let probability = judgement.abnormalProbability ?? 0
    self.init(
      abnormalProbability: Double(probability),
      isAbnormal: judgement.isUnreadable
        ? false : judgement.beatClass.map(\.isAbnormal) ?? (probability >= threshold),
      beatClass: judgement.isUnreadable ? .q : judgement.beatClass.map(BeatLabel.init))
  }
}

extension BeatLabel {
  /// The label of a class.
  package init(_ beatClass: BeatClass) {
    self =
      switch beatClass {
      case .normal: .n
      case .supraventricular: .s
      case .ventricular: .v
      case .fusion: .f
      case .unknown: .q
      }
  }
}
