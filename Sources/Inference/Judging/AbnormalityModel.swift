import Cardio

/// A classifier that tells P(abnormal) of each beat by itself and nothing else, as the reference network does.
public struct AbnormalityModel: JudgingModel {
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

  /// A judge that owns the memory to classify in.
  public func makeJudge() -> any BeatJudge { Judge(classifier) }

  private final class Judge: BeatJudge {
    private let classifier: BeatClassifier
    private var scratch: InferenceScratch

    init(_ classifier: BeatClassifier) {
      self.classifier = classifier
      scratch = classifier.makeScratch()
    }

    func judge(_ beat: SegmentedBeat, into judgements: inout [BeatJudgement]) {
      let probability = beat.window.samples.withUnsafeBufferPointer {
        classifier.classify(window: $0, scratch: &scratch)
      }
      judgements.append(BeatJudgement(abnormalProbability: probability))
    }

    func finish(into judgements: inout [BeatJudgement]) {}
  }
}
