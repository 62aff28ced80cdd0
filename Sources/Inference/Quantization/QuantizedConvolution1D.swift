internal import CInferenceKernels

/// Conv1D – BatchNorm (folded) – ReLU – MaxPool 2 in 8 bits; the pool if wanted. The same to the bit on every kernel path.
package struct QuantizedConvolution1D: Sendable {
  /// Positions of the output.
  package let outputLength: Int
  /// Channels of the output.
  package let outputChannels: Int
  /// The rows around its input that the kernel fills with what stands for zero; see ``ScratchPlan``.
  let inputHalo: RowHalo

  private let layer: sb_convolution_u8
  private let kernels: Kernels
  private let weights: PackedValues<Int8>
  private let bias: PackedValues<Int32>
  private let scale: PackedValues<Float>

  /// - Parameters:
  ///   - convolution: weights and bias in double precision.
  ///   - geometry: where it looks.
  ///   - input: what the input's bytes stand for.
  ///   - output: what the output's bytes shall stand for; zero point 0, as ReLU follows.
  ///   - path: the kernels.
  package init(
    _ convolution: FoldedConvolution, geometry: ConvolutionGeometry, input: ActivationRange, output: ActivationRange,
    path: KernelPath = .best
  ) {
    let inputs = convolution.inputChannels
    precondition(output.zeroPoint == 0 && output.scales.count == convolution.outputChannels)
    precondition(input.scales.count == inputs)
    let depth = convolution.taps * inputs
    outputLength = geometry.outputLength(taps: convolution.taps)
    outputChannels = convolution.outputChannels
    let quantized = QuantizedWeights(outputs: outputChannels, depth: depth, input: input, bias: convolution.bias) {
      convolution.weight(output: $0, element: $1)
    }
    let packing = PanelPacking(
      outputs: outputChannels, depth: depth, panelsPerBlock: PanelPacking.direct, group: Int(SB_QUAD))
    weights = PackedValues(packing.packed { quantized.value(output: $0, element: $1) })
    // Both terms fit with room to spare: see `QuantizedWeights`.
    let bias = (0..<outputChannels).map { Int32(quantized.bias[$0]) - Int32(input.zeroPoint) * quantized.sums[$0] }
    self.bias = PackedValues(packing.padded(bias))
    scale = PackedValues(packing.padded(zip(quantized.scales, output.scales).map { Float($0 / $1) }))
    kernels = path.kernels
    inputHalo = RowHalo(
      length: geometry.inputLength, width: inputs, leading: geometry.padding.leading,
      trailing: geometry.padding.trailing)
    layer = sb_convolution_u8(
      input_length: geometry.inputLength, input_channels: inputs, output_length: outputLength,
      output_channels: outputChannels, taps: convolution.taps, stride: geometry.stride,
      leading: geometry.padding.leading, trailing: geometry.padding.trailing, zero_point: input.zeroPoint,
      pools: geometry.pools, weights: weights.pointer, bias: self.bias.pointer, scale: scale.pointer)
  }

  /// - Parameters:
  ///   - input: `inputLength × inputChannels` bytes in a place from ``ScratchPlan/input(of:)-(QuantizedConvolution1D)``.
  ///   - output: room for `outputLength × outputChannels` bytes.
  package func apply(_ input: UnsafeMutablePointer<UInt8>, into output: UnsafeMutablePointer<UInt8>) {
    withUnsafePointer(to: layer) { kernels.functions.convolve_u8($0, input, output) }
  }
}
