/// Says of every beat how likely it is abnormal.
///
/// A value that can be shared by every session: the weights never change after `init`, and what changes lives in the
/// caller's ``InferenceScratch``.
///
/// ```swift
/// let classifier = try BeatClassifier(weights: .bundledReference)
/// var scratch = classifier.makeScratch()
/// let probability = window.withUnsafeBufferPointer { classifier.classify(window: $0, scratch: &scratch) }
/// ```
public struct BeatClassifier: Sendable {
  /// The probability from which a beat counts as abnormal, unless configured otherwise.
  public static let defaultThreshold: Float = 0.5

  /// The network.
  public let model: any BeatModel
  /// A beat is abnormal from this probability on.
  public let threshold: Float

  /// Loads and checks the weights and folds what can be folded.
  ///
  /// - Parameters:
  ///   - weights: where they come from; the reference network's inside this binary unless said otherwise.
  ///   - threshold: a beat is abnormal from this probability on; 0…1.
  /// - Throws: ``WeightsError``.
  public init(weights: ModelWeights = .bundledReference, threshold: Float = Self.defaultThreshold) throws(WeightsError)
  {
    self.init(model: try ReferenceModel(weights.load()), threshold: threshold)
  }

  /// Wraps a model that is already loaded.
  ///
  /// - Precondition: `threshold` lies between 0 and 1.
  public init(model: any BeatModel, threshold: Float = Self.defaultThreshold) {
    precondition((0...1).contains(threshold), "a threshold is a probability")
    self.model = model
    self.threshold = threshold
  }

  /// Samples of a window at 125 Hz.
  public var windowLength: Int { model.windowLength }

  /// Memory for ``classify(window:scratch:)``; one for each thread of work.
  public func makeScratch() -> InferenceScratch { InferenceScratch(capacity: model.scratchCapacity) }

  /// P(abnormal) of one beat. Allocates nothing.
  ///
  /// - Parameters:
  ///   - window: ``windowLength`` samples in band-passed microvolts around the R peak, as the analysis cuts them.
  ///   - scratch: from ``makeScratch()`` of this classifier.
  /// - Returns: 0…1, or NaN when the samples or the sum of their magnitudes are not finite: then there is no answer.
  public func classify(window: UnsafeBufferPointer<Float>, scratch: inout InferenceScratch) -> Float {
    precondition(window.count == model.windowLength, "a window has \(model.windowLength) samples")
    // NaN and infinity survive every addition, and a sum that overflows is of samples no electrode ever gave.
    var magnitude: Float = 0
    for sample in window { magnitude += abs(sample) }
    guard magnitude.isFinite else { return .nan }
    return model.abnormalProbability(ofWindow: window, scratch: &scratch)
  }

  /// Whether a probability from ``classify(window:scratch:)`` makes the beat abnormal; false for NaN.
  public func isAbnormal(_ probability: Float) -> Bool { probability >= threshold }
}
