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
  ///   - precision: the numbers to compute with; ``ModelPrecision/int8`` needs ranges of activation in the weights file.
  ///   - path: the kernels to run on; the fastest that this machine has unless said otherwise.
  /// - Throws: ``WeightsError``.
  /// - Precondition: `path` is supported here.
  public init(
    weights: ModelWeights = .bundledReference, threshold: Float = Self.defaultThreshold,
    precision: ModelPrecision = .float32, path: KernelPath = .best
  ) throws(WeightsError) {
    self.init(model: try ReferenceModel(weights.load(), precision: precision, path: path), threshold: threshold)
  }

  /// Wraps a model that is already loaded.
  ///
  /// - Parameters:
  ///   - model: the network.
  ///   - threshold: a beat is abnormal from this probability on.
  /// - Precondition: `threshold` lies between 0 and 1.
  public init(model: any BeatModel, threshold: Float = Self.defaultThreshold) {
    precondition((0...1).contains(threshold), "a threshold is a probability")
    self.model = model
    self.threshold = threshold
  }

  /// Samples of a window at 125 Hz.
  public var windowLength: Int { model.windowLength }

  /// Memory to classify in; one for each thread of work.
  public func makeScratch() -> InferenceScratch { InferenceScratch(capacity: model.scratchCapacity) }

  /// P(abnormal) of one beat. Allocates nothing.
  ///
  /// - Parameters:
  ///   - window: ``windowLength`` samples in band-passed microvolts around the R peak, as the analysis cuts them.
  ///   - scratch: from ``makeScratch()`` of this classifier.
  /// - Returns: 0…1, or NaN when the samples or the sum of their magnitudes are not finite: then there is no answer.
  public func classify(window: UnsafeBufferPointer<Float>, scratch: inout InferenceScratch) -> Float {
    precondition(window.count == model.windowLength, "a window has \(model.windowLength) samples")
    guard Self.isFinite(window) else { return .nan }
    return model.abnormalProbability(ofWindow: window, scratch: &scratch)
  }

  /// P(abnormal) of many beats, each the same to the bit as alone, in less time. Allocates nothing.
  ///
  /// - Parameters:
  ///   - windows: ``windowLength`` samples a beat without gaps, in band-passed microvolts.
  ///   - probabilities: one a beat; NaN where ``classify(window:scratch:)`` would give it.
  ///   - scratch: from ``makeScratch()`` of this classifier.
  public func classify(
    windows: UnsafeBufferPointer<Float>, into probabilities: UnsafeMutableBufferPointer<Float>,
    scratch: inout InferenceScratch
  ) {
    let length = model.windowLength
    precondition(windows.count == probabilities.count * length, "a window has \(length) samples")
    func window(_ beat: Int) -> UnsafeBufferPointer<Float> {
      UnsafeBufferPointer(rebasing: windows[(beat * length)..<((beat + 1) * length)])
    }
    var beat = 0
    while beat < probabilities.count {
      // As many as are finite in a row.
      var end = beat
      while end < probabilities.count, Self.isFinite(window(end)) { end += 1 }
      if end > beat {
        model.abnormalProbabilities(
          ofWindows: UnsafeBufferPointer(rebasing: windows[(beat * length)..<(end * length)]),
          into: UnsafeMutableBufferPointer(rebasing: probabilities[beat..<end]), scratch: &scratch)
      }
      if end < probabilities.count { probabilities[end] = .nan }
      beat = end + 1
    }
  }

  /// Whether there is no NaN and no infinity, and a sum of magnitudes that a Float can hold: NaN and infinity survive every
  /// addition, and a sum that overflows is of samples no electrode ever gave.
  private static func isFinite(_ window: UnsafeBufferPointer<Float>) -> Bool {
    let raw = UnsafeRawBufferPointer(window)
    let width = MemoryLayout<SIMD16<Float>>.size
    var sums = SIMD16<Float>(repeating: 0)
    var offset = 0
    while offset + width <= raw.count {
      let values = raw.loadUnaligned(fromByteOffset: offset, as: SIMD16<UInt32>.self)
      // Without their sign bits.
      sums += unsafeBitCast(values & 0x7FFF_FFFF, to: SIMD16<Float>.self)
      offset += width
    }
    var sum = sums.sum()
    for sample in window[(offset / MemoryLayout<Float>.size)...] { sum += abs(sample) }
    return sum.isFinite
  }

  /// Whether a probability from ``classify(window:scratch:)`` makes the beat abnormal; false for NaN.
  public func isAbnormal(_ probability: Float) -> Bool { probability >= threshold }
}
