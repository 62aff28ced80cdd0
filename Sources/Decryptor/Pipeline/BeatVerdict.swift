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
  /// P(ventricular ectopic), 0…1, in steps of 1/10000; `nil` from a model without classes.
  package let ventricularProbability: Double?
  /// P(supraventricular ectopic), as ``ventricularProbability``.
  package let supraventricularProbability: Double?

  /// A verdict; a probability that is not a number between 0 and 1 is brought to the nearer end, and to 0 when it is none.
  package init(
    abnormalProbability: Double, isAbnormal: Bool, beatClass: BeatLabel? = nil, ventricularProbability: Double? = nil,
    supraventricularProbability: Double? = nil
  ) {
    self.abnormalProbability = abnormalProbability.isNaN ? 0 : Self.inSteps(abnormalProbability)
    self.ventricularProbability = ventricularProbability.flatMap { $0.isNaN ? nil : Self.inSteps($0) }
    self.supraventricularProbability = supraventricularProbability.flatMap { $0.isNaN ? nil : Self.inSteps($0) }
    self.isAbnormal = isAbnormal
    self.beatClass = beatClass
  }

  /// Says nothing of any beat: for detection by itself.
  package static func none(_ beat: SegmentedBeat, _ context: BeatContext) -> BeatVerdict {
    BeatVerdict(abnormalProbability: 0, isAbnormal: false)
  }

  /// What a finding keeps of a verdict.
  package init(_ beat: BeatFinding) {
    self.init(
      abnormalProbability: beat.abnormalProbability, isAbnormal: beat.isAbnormal, beatClass: beat.beatClass,
      ventricularProbability: beat.ventricularProbability,
      supraventricularProbability: beat.supraventricularProbability)
  }

  /// The beat as the rhythm analysis takes it.
  func rhythmBeat(_ segmented: SegmentedBeat) -> RhythmBeat {
    let confidence =
      switch beatClass {
      case .v: ventricularProbability ?? abnormalProbability
      case .s: supraventricularProbability ?? abnormalProbability
      case .n, nil: 1 - abnormalProbability
      case .f, .q: abnormalProbability
      }
    return RhythmBeat(segmented, beatClass: beatClass.map(BeatClass.init) ?? .normal, confidence: Float(confidence))
  }

  private static func inSteps(_ probability: Double) -> Double {
    min(1, max(0, (probability * 10_000).rounded() / 10_000))
  }
}

extension BeatClass {
  /// The class of a label.
  init(_ label: BeatLabel) {
    self =
      switch label {
      case .n: .normal
      case .s: .supraventricular
      case .v: .ventricular
      case .f: .fusion
      case .q: .unknown
      }
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
      beatClass: judgement.isUnreadable ? .q : judgement.beatClass.map(BeatLabel.init),
      ventricularProbability: judgement.classProbabilities.map { Double($0[.ventricular]) },
      supraventricularProbability: judgement.classProbabilities.map { Double($0[.supraventricular]) })
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
