internal import CInferenceKernels

/// Conv1D – BatchNorm (folded) – ReLU – MaxPool 2, in one pass, in float; the last two if wanted.
///
/// Input is `[inputLength][inputChannels]`, output `[outputLength][outputChannels]`, both time-major and without gaps. Any number
/// of channels and taps, any stride. Three taps at stride 1 over at least 16 channels go through Winograd's minimal filtering
/// F(4,3), which takes half the multiplications; its rounding error is a few times that of the definition.
package struct Convolution1D: Sendable {
  /// Positions of the output.
  package let outputLength: Int
  /// Channels of the output.
  package let outputChannels: Int
  /// The rows around its input that the kernel fills with zeros; see ``ScratchPlan``.
  let inputHalo: RowHalo
  /// Floats of working memory; see ``ScratchPlan``.
  let workspaceCount: Int

  private let layer: sb_convolution_f32
  private let kernels: Kernels
  private let weights: PackedValues<Float>
  private let bias: PackedValues<Float>

  /// - Parameters:
  ///   - convolution: weights and bias.
  ///   - geometry: where it looks.
  ///   - rectifies: whether ReLU follows.
  ///   - path: the kernels.
  ///   - isMinimal: `false` forces the definition where minimal filtering could be used.
  package init(
    _ convolution: FoldedConvolution, geometry: ConvolutionGeometry, rectifies: Bool = true, path: KernelPath = .best,
    isMinimal: Bool = true
  ) {
    let inputs = convolution.inputChannels
    let outputLength = geometry.outputLength(taps: convolution.taps)
    let minimal =
      isMinimal && convolution.taps == 3 && geometry.stride == 1 && inputs >= PanelPacking.panel
      && outputLength >= Int(SB_MINIMAL_OUTPUTS)
    self.outputLength = outputLength
    outputChannels = convolution.outputChannels
    weights = PackedValues(minimal ? Self.packedMinimal(convolution) : Self.packedDirect(convolution))
    bias = PackedValues(
      PanelPacking(outputs: outputChannels, depth: 1, panelsPerBlock: 1).padded(convolution.bias.map(Float.init)))
    kernels = path.kernels

    let positions = outputLength * (geometry.pools ? 2 : 1)
    var trailing = geometry.padding.trailing
    if minimal {
      // The last tile may look past the end.
      let rows = sb_minimal_tiles(positions) * Int(SB_MINIMAL_OUTPUTS) + 2
      trailing = max(trailing, rows - geometry.padding.leading - geometry.inputLength)
    }
    inputHalo = RowHalo(
      length: geometry.inputLength, width: inputs, leading: geometry.padding.leading, trailing: trailing)
    workspaceCount = minimal ? sb_minimal_workspace(positions, inputs) : 0
    layer = sb_convolution_f32(
      input_length: geometry.inputLength, input_channels: inputs, output_length: outputLength,
      output_channels: outputChannels, taps: convolution.taps, stride: geometry.stride,
      leading: geometry.padding.leading, trailing: trailing, rectifies: rectifies, pools: geometry.pools,
      is_minimal: minimal, weights: weights.pointer, bias: bias.pointer)
  }

  private static func packedDirect(_ convolution: FoldedConvolution) -> [Float] {
    PanelPacking(
      outputs: convolution.outputChannels, depth: convolution.taps * convolution.inputChannels,
      panelsPerBlock: PanelPacking.direct
    ).packed { Float(convolution.weight(output: $0, element: $1)) }
  }

  /// The taps transformed for F(4,3): six planes of `[inputChannels]` in each block, see `float_minimal.h`.
  private static func packedMinimal(_ convolution: FoldedConvolution) -> [Float] {
    let inputs = convolution.inputChannels
    return PanelPacking(
      outputs: convolution.outputChannels, depth: Int(SB_MINIMAL_PRODUCTS) * inputs, panelsPerBlock: PanelPacking.narrow
    ).packed { output, element in
      let taps = (0..<3).map { convolution.weight(output: output, input: element % inputs, tap: $0) }
      return switch element / inputs {
      case 0: Float(taps[0] / 4)
      case 1: Float(-(taps[0] + taps[1] + taps[2]) / 6)
      case 2: Float(-(taps[0] - taps[1] + taps[2]) / 6)
      case 3: Float((taps[0] + 2 * taps[1] + 4 * taps[2]) / 24)
      case 4: Float((taps[0] - 2 * taps[1] + 4 * taps[2]) / 24)
      default: Float(taps[2])
      }
    }
  }

  /// - Parameters:
  ///   - input: `inputLength × inputChannels` floats in a place from ``ScratchPlan/input(of:)-(Convolution1D)``.
  ///   - output: room for `outputLength × outputChannels` floats.
  ///   - workspace: room for `workspaceCount` floats.
  package func apply(
    _ input: UnsafeMutablePointer<Float>, into output: UnsafeMutablePointer<Float>,
    workspace: UnsafeMutablePointer<Float>
  ) {
    withUnsafePointer(to: layer) { kernels.functions.convolve_f32($0, input, output, workspace) }
  }
}
