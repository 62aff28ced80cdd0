/// The sizes of the reference network.
enum ReferenceShape {
  static let firstChannels = 32
  static let secondChannels = 64
  static let features = 45 * secondChannels
  static let hidden = 32
  /// Beats that go through the dense layer together: as many as the registers of the widest kernels take.
  static let rowsAtOnce = 8
  static let first = ConvolutionGeometry(inputLength: 187, pools: true)
  static let second = ConvolutionGeometry(inputLength: 92, pools: true)
}

/// The reference network's weights, checked and with BatchNorm folded, before they are packed for kernels.
struct ReferenceWeights {
  struct Dense {
    let weights: [Float]
    let bias: [Float]
  }

  let firstConvolution: FoldedConvolution
  let secondConvolution: FoldedConvolution
  let hidden: Dense
  let output: Dense

  init(_ file: SafetensorsFile) throws(WeightsError) {
    guard file.metadata["model"] == ReferenceModel.identifier else {
      throw WeightsError(
        .unknownModel, "'\(file.metadata["model"] ?? "")' is not \(ReferenceModel.identifier)", at: "metadata")
    }
    if let name = file.tensors.keys.sorted().first(where: { !Self.tensorNames.contains($0) }) {
      throw WeightsError(.unexpectedTensor, "the reference network has no such tensor", at: name)
    }
    firstConvolution = try Self.convolution(1, of: file, inputs: 1, outputs: ReferenceShape.firstChannels)
    secondConvolution = try Self.convolution(
      2, of: file, inputs: ReferenceShape.firstChannels, outputs: ReferenceShape.secondChannels)
    hidden = try Self.dense(1, of: file, inputs: ReferenceShape.features, outputs: ReferenceShape.hidden)
    output = try Self.dense(2, of: file, inputs: ReferenceShape.hidden, outputs: 1)
  }

  private static let tensorNames = Set(
    (1...2).flatMap { index in
      ["conv\(index).weight", "conv\(index).bias", "dense\(index).weight", "dense\(index).bias"]
        + ["weight", "bias", "running_mean", "running_var"].map { "bn\(index).\($0)" }
    })

  private static func convolution(
    _ index: Int, of file: SafetensorsFile, inputs: Int, outputs: Int
  ) throws(WeightsError) -> FoldedConvolution {
    guard let epsilon = file.metadata["batch_norm_epsilon"].flatMap(Double.init), epsilon > 0, epsilon < 1 else {
      throw WeightsError(.invalidMetadata, "batch_norm_epsilon must lie between 0 and 1", at: "metadata")
    }
    let normalization = BatchNormalization(
      scale: try file.floats("bn\(index).weight", shape: [outputs]),
      shift: try file.floats("bn\(index).bias", shape: [outputs]),
      mean: try file.floats("bn\(index).running_mean", shape: [outputs]),
      variance: try file.floats("bn\(index).running_var", shape: [outputs]),
      epsilon: epsilon)
    return try FoldedConvolution(
      inputChannels: inputs, outputChannels: outputs, taps: 3,
      weights: file.floats("conv\(index).weight", shape: [outputs, inputs, 3]),
      bias: file.floats("conv\(index).bias", shape: [outputs]),
      normalization: normalization, name: "bn\(index)")
  }

  private static func dense(
    _ index: Int, of file: SafetensorsFile, inputs: Int, outputs: Int
  ) throws(WeightsError) -> Dense {
    Dense(
      weights: try file.floats("dense\(index).weight", shape: [outputs, inputs]),
      bias: try file.floats("dense\(index).bias", shape: [outputs]))
  }
}
