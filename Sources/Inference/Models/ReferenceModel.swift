import Cardio
import Foundation

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

  /// Floats needed as scratch.
  public var scratchCapacity: Int { Region.end }

  /// Where each activation lies in the scratch; each begins on a cache line.
  private enum Region {
    static let scaled = 0
    static let firstPool = 192
    static let secondPool = firstPool + 92 * 32
    static let hidden = secondPool + 45 * 64
    static let output = hidden + 32
    static let transformed = output + 16
    static let end = transformed + 45 * 4 * 32
  }

  private let firstConvolution: PooledConvolution
  private let secondConvolution: MinimalPooledConvolution
  private let hiddenLayer: DenseLayer
  private let outputLayer: DenseLayer

  /// Takes the weights from a checked file, folding BatchNorm.
  ///
  /// - Parameter file: tensors `conv1.weight` [32,1,3], `conv1.bias`, `bn1.{weight,bias,running_mean,running_var}` [32],
  ///   `conv2.weight` [64,32,3], `conv2.bias`, `bn2.…` [64], `dense1.weight` [32,2880], `dense1.bias`, `dense2.weight`
  ///   [1,32], `dense2.bias`, all F32; metadata `model` and `batch_norm_epsilon`.
  /// - Throws: ``WeightsError``.
  public init(_ file: SafetensorsFile) throws(WeightsError) {
    guard file.metadata["model"] == Self.identifier else {
      throw WeightsError(.unknownModel, "'\(file.metadata["model"] ?? "")' is not \(Self.identifier)", at: "metadata")
    }
    if let name = file.tensors.keys.sorted().first(where: { !Self.tensorNames.contains($0) }) {
      throw WeightsError(.unexpectedTensor, "the reference network has no such tensor", at: name)
    }
    firstConvolution = PooledConvolution(
      try Self.convolution(1, of: file, inputChannels: 1, outputChannels: 32), inputLength: windowLength)
    secondConvolution = MinimalPooledConvolution(
      try Self.convolution(2, of: file, inputChannels: 32, outputChannels: 64), inputLength: 92)
    hiddenLayer = try Self.dense(1, of: file, inputCount: 45 * 64, outputCount: 32)
    outputLayer = try Self.dense(2, of: file, inputCount: 32, outputCount: 1)
  }

  private static let tensorNames = Set(
    (1...2).flatMap { index in
      ["conv\(index).weight", "conv\(index).bias", "dense\(index).weight", "dense\(index).bias"]
        + ["weight", "bias", "running_mean", "running_var"].map { "bn\(index).\($0)" }
    })

  private static func convolution(
    _ index: Int, of file: SafetensorsFile, inputChannels: Int, outputChannels: Int
  ) throws(WeightsError) -> FoldedConvolution {
    guard let epsilon = file.metadata["batch_norm_epsilon"].flatMap(Double.init), epsilon > 0, epsilon < 1 else {
      throw WeightsError(.invalidMetadata, "batch_norm_epsilon must lie between 0 and 1", at: "metadata")
    }
    let channels = [outputChannels]
    let normalization = BatchNormalization(
      scale: try file.floats("bn\(index).weight", shape: channels),
      shift: try file.floats("bn\(index).bias", shape: channels),
      mean: try file.floats("bn\(index).running_mean", shape: channels),
      variance: try file.floats("bn\(index).running_var", shape: channels),
      epsilon: epsilon)
    return try FoldedConvolution(
      inputChannels: inputChannels, outputChannels: outputChannels, taps: 3,
      weights: file.floats("conv\(index).weight", shape: [outputChannels, inputChannels, 3]),
      bias: file.floats("conv\(index).bias", shape: channels),
      normalization: normalization, name: "bn\(index)")
  }

  private static func dense(
    _ index: Int, of file: SafetensorsFile, inputCount: Int, outputCount: Int
  ) throws(WeightsError) -> DenseLayer {
    DenseLayer(
      inputCount: inputCount, outputCount: outputCount,
      weights: try file.floats("dense\(index).weight", shape: [outputCount, inputCount]),
      bias: try file.floats("dense\(index).bias", shape: [outputCount]))
  }

  /// P(abnormal) of one beat; scales the window to 0…1 by its own minimum and maximum first.
  public func abnormalProbability(
    ofWindow window: UnsafeBufferPointer<Float>, scratch: inout InferenceScratch
  ) -> Float {
    precondition(window.count == windowLength && scratch.capacity >= scratchCapacity)
    let scaled = UnsafeMutableBufferPointer(start: scratch.floats + Region.scaled, count: windowLength)
    _ = scaled.update(from: window)
    BeatWindow.scaleMinMax(scaled)
    return probability(ofScaled: UnsafePointer(scratch.floats + Region.scaled), scratch: scratch.floats)
  }

  /// The network itself, on a window already scaled.
  private func probability(ofScaled input: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>) -> Float {
    let firstPool = scratch + Region.firstPool
    let secondPool = scratch + Region.secondPool
    let hidden = scratch + Region.hidden
    let output = scratch + Region.output
    firstConvolution.apply(input, into: firstPool)
    secondConvolution.apply(firstPool, into: secondPool, transformed: scratch + Region.transformed)
    hiddenLayer.apply(secondPool, into: hidden)
    DenseLayer.rectify(hidden, count: 32)
    outputLayer.apply(hidden, into: output)
    return 1 / (1 + exp(-output[0]))
  }
}
