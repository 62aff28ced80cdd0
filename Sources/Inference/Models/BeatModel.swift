/// A network that says how likely a beat is abnormal.
///
/// A model does its own preprocessing: what it receives is the beat as the analysis cuts it, band-passed microvolts.
public protocol BeatModel: Sendable {
  /// Its name in a weights file's metadata, such as `sealedbeat-reference-1`.
  static var identifier: String { get }

  /// Samples of a window at 125 Hz.
  var windowLength: Int { get }

  /// Floats that classifying needs as scratch.
  var scratchCapacity: Int { get }

  /// P(abnormal) of one beat, from 0 to 1.
  ///
  /// - Parameters:
  ///   - window: ``windowLength`` samples in microvolts, all finite, around the R peak.
  ///   - scratch: at least ``scratchCapacity`` floats.
  func abnormalProbability(ofWindow window: UnsafeBufferPointer<Float>, scratch: inout InferenceScratch) -> Float

  /// P(abnormal) of many beats, each the same to the bit as ``abnormalProbability(ofWindow:scratch:)`` gives it.
  ///
  /// One by one unless a model knows better.
  ///
  /// - Parameters:
  ///   - windows: ``windowLength`` samples a beat without gaps, in microvolts, all finite.
  ///   - probabilities: one a beat.
  ///   - scratch: at least ``scratchCapacity`` floats.
  func abnormalProbabilities(
    ofWindows windows: UnsafeBufferPointer<Float>, into probabilities: UnsafeMutableBufferPointer<Float>,
    scratch: inout InferenceScratch)
}

extension BeatModel {
  /// One by one.
  ///
  /// - Parameters:
  ///   - windows: ``windowLength`` samples a beat without gaps, in microvolts, all finite.
  ///   - probabilities: one a beat.
  ///   - scratch: at least ``scratchCapacity`` floats.
  public func abnormalProbabilities(
    ofWindows windows: UnsafeBufferPointer<Float>, into probabilities: UnsafeMutableBufferPointer<Float>,
    scratch: inout InferenceScratch
  ) {
    for beat in probabilities.indices {
      let window = UnsafeBufferPointer(rebasing: windows[(beat * windowLength)..<((beat + 1) * windowLength)])
      probabilities[beat] = abnormalProbability(ofWindow: window, scratch: &scratch)
    }
  }
}
