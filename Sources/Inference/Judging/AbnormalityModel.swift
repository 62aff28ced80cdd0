public import Cardio

/// A classifier that tells P(abnormal) of each beat by itself and nothing else, as the reference network does.
public struct AbnormalityModel: BeatJudging {
  private let classifier: BeatClassifier

  /// The name given.
  public let name: String

  /// Judges by a classifier.
  ///
  /// - Parameters:
  ///   - classifier: Tells P(abnormal) of a window.
  ///   - name: What reports call it.
  public init(_ classifier: BeatClassifier, name: String = ReferenceModel.identifier) {
    self.classifier = classifier
    self.name = name
  }

  /// The classifier's threshold.
  public var threshold: Float { classifier.threshold }

  /// It has one output.
  public var reasonForNoClasses: String? { "\(name) tells P(abnormal) only" }

  /// Memory to classify in.
  public func makeScratch() -> InferenceScratch { classifier.makeScratch() }

  /// Judges a beat by its window alone.
  ///
  /// - Parameters:
  ///   - beat: The beat.
  ///   - context: Not looked at.
  ///   - scratch: From ``makeScratch()`` of this model.
  public func judge(_ beat: SegmentedBeat, in context: BeatContext, scratch: inout InferenceScratch) -> BeatJudgement {
    BeatJudgement(
      abnormalProbability: beat.window.samples.withUnsafeBufferPointer {
        classifier.classify(window: $0, scratch: &scratch)
      })
  }
}
