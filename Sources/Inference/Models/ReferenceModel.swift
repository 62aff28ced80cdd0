internal import CInferenceKernels

/// The reference network: what a published beat classifier usually looks like, so that a better one has something to beat.
///
/// Input (187, 1), min–max scaled to 0…1; Conv1D 32×3 – BatchNorm – ReLU – MaxPool 2; Conv1D 64×3 – BatchNorm – ReLU –
/// MaxPool 2; Flatten; Dense 32 ReLU; Dense 1 sigmoid. Dropout exists only in training. Convolutions have 'valid' padding
/// (Keras's default), so the lengths are 187 → 185 → 92 → 90 → 45 and Flatten yields 2,880 values, time-major.
/// 98,561 parameters besides BatchNorm's, 0.66 million multiply-adds a beat.
public struct ReferenceModel: BeatModel {
  /// The value of `model` in the weights file's metadata.
  public static let identifier = "sealedbeat-reference-1"

  /// Samples of a window at 125 Hz.
  public let windowLength = 187
  /// The numbers that it computes with.
  public let precision: ModelPrecision
  /// The kernels that it runs on.
  public let path: KernelPath

  /// Floats needed as scratch.
  public var scratchCapacity: Int { network.scratchCapacity }

  private let network: any ReferenceNetwork
  private let kernels: Kernels

  /// Takes the weights from a checked file, folding BatchNorm.
  ///
  /// - Parameters:
  ///   - file: tensors `conv1.weight` [32,1,3], `conv1.bias`, `bn1.{weight,bias,running_mean,running_var}` [32],
  ///     `conv2.weight` [64,32,3], `conv2.bias`, `bn2.…` [64], `dense1.weight` [32,2880], `dense1.bias`, `dense2.weight`
  ///     [1,32], `dense2.bias`, all F32; metadata `model` and `batch_norm_epsilon`, and for 8 bits
  ///     `activation_maxima_conv1` and `activation_maxima_conv2`.
  ///   - precision: the numbers to compute with.
  ///   - path: the kernels to run on; must be supported here.
  /// - Throws: ``WeightsError``.
  public init(
    _ file: SafetensorsFile, precision: ModelPrecision = .float32, path: KernelPath = .best
  ) throws(WeightsError) {
    let weights = try ReferenceWeights(file)
    self.precision = precision
    self.path = path
    kernels = path.kernels
    switch precision {
    case .float32: network = FloatReferenceNetwork(weights, path: path)
    case .int8:
      network = QuantizedReferenceNetwork(
        weights, path: path,
        first: try ActivationRange(after: "conv1", channels: ReferenceShape.firstChannels, in: file),
        second: try ActivationRange(after: "conv2", channels: ReferenceShape.secondChannels, in: file))
    }
  }

  /// P(abnormal) of one beat; scales the window to 0…1 by its own minimum and maximum first.
  ///
  /// - Parameters:
  ///   - window: 187 samples in microvolts, all finite, around the R peak.
  ///   - scratch: at least ``scratchCapacity`` floats.
  public func abnormalProbability(
    ofWindow window: UnsafeBufferPointer<Float>, scratch: inout InferenceScratch
  ) -> Float {
    var probability: Float = 0
    withUnsafeMutablePointer(to: &probability) {
      abnormalProbabilities(
        ofWindows: window, into: UnsafeMutableBufferPointer(start: $0, count: 1), scratch: &scratch)
    }
    return probability
  }

  /// P(abnormal) of many beats, a few at a time, so that the dense layer's weights are read once for all of these.
  ///
  /// - Parameters:
  ///   - windows: 187 samples a beat without gaps, in microvolts, all finite.
  ///   - probabilities: one a beat.
  ///   - scratch: at least ``scratchCapacity`` floats.
  public func abnormalProbabilities(
    ofWindows windows: UnsafeBufferPointer<Float>, into probabilities: UnsafeMutableBufferPointer<Float>,
    scratch: inout InferenceScratch
  ) {
    precondition(windows.count == probabilities.count * windowLength, "a window has \(windowLength) samples")
    precondition(scratch.capacity >= scratchCapacity, "the scratch is of another model")
    guard let samples = windows.baseAddress else { return }
    let floats = scratch.floats
    var beat = 0
    while beat < probabilities.count {
      let rows = min(ReferenceShape.rowsAtOnce, probabilities.count - beat)
      for row in 0..<rows {
        let scaled = floats + network.inputOffset
        kernels.functions.scale_to_unit(samples + (beat + row) * windowLength, windowLength, scaled)
        network.convolve(floats, row: row)
      }
      let logits = network.logits(floats, rows: rows)
      for row in 0..<rows { probabilities[beat + row] = OutputActivation.sigmoid(logits[row]) }
      beat += rows
    }
  }
}
