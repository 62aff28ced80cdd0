public import Cardio

/// The default network as a judge: class and calibrated probabilities of every beat that can be read.
public struct ContextModel: BeatJudging {
  /// A beat of less quality is not judged, see `Beat.quality`: the detector itself is in doubt of it.
  public static let defaultQualityGate: Float = 0.1

  /// The network.
  public let model: DefaultModel
  /// A beat is abnormal from this P(abnormal) on.
  public let threshold: Float
  /// A beat of less quality is unreadable.
  public let qualityGate: Float

  /// Judges by the default network.
  ///
  /// - Parameters:
  ///   - model: The network.
  ///   - threshold: A beat is abnormal from this P(abnormal) on; 0…1.
  ///   - qualityGate: A beat of less quality is unreadable; 0…1.
  public init(
    _ model: DefaultModel, threshold: Float = BeatClassifier.defaultThreshold,
    qualityGate: Float = Self.defaultQualityGate
  ) {
    precondition((0...1).contains(threshold) && (0...1).contains(qualityGate))
    self.model = model
    self.threshold = threshold
    self.qualityGate = qualityGate
  }

  /// The network's name.
  public var name: String { DefaultModel.identifier }

  /// It tells classes.
  public var reasonForNoClasses: String? { nil }

  /// Memory to judge in.
  public func makeScratch() -> InferenceScratch { model.makeScratch() }

  /// Judges a beat; an unreadable one is part of the context of the next all the same.
  ///
  /// - Parameters:
  ///   - beat: The beat.
  ///   - context: What the session's earlier beats say of it.
  ///   - scratch: From ``makeScratch()`` of this model.
  public func judge(_ beat: SegmentedBeat, in context: BeatContext, scratch: inout InferenceScratch) -> BeatJudgement {
    let probabilities = model.probabilities(of: context, scratch: &scratch)
    guard beat.beat.quality >= qualityGate, probabilities[.normal].isFinite else { return .unreadable }
    return BeatJudgement(
      beatClass: model.decision(probabilities), classProbabilities: probabilities,
      abnormalProbability: 1 - probabilities[.normal])
  }
}
