/// A network that says how likely a beat is abnormal.
///
/// A model does its own preprocessing: what it receives is the beat as the analysis cuts it, band-passed microvolts.
public protocol BeatModel: Sendable {
  /// Its name in a weights file's metadata, such as `sealedbeat-reference-1`.
  static var identifier: String { get }

  /// Samples of a window at 125 Hz.
  var windowLength: Int { get }

  /// Floats that ``abnormalProbability(ofWindow:scratch:)`` needs as scratch.
  var scratchCapacity: Int { get }

  /// P(abnormal) of one beat, from 0 to 1.
  ///
  /// - Parameters:
  ///   - window: ``windowLength`` samples in microvolts, all finite, around the R peak.
  ///   - scratch: at least ``scratchCapacity`` floats.
  func abnormalProbability(ofWindow window: UnsafeBufferPointer<Float>, scratch: inout InferenceScratch) -> Float
}
