internal import CInferenceKernels

/// A fully connected layer of 8-bit inputs and weights with float outputs, and ReLU if wanted. The same to the bit on every
/// kernel path.
package struct QuantizedDenseLayer: Sendable {
  /// Elements of an input row.
  package let inputCount: Int
  /// Elements of an output row.
  package let outputCount: Int

  private let layer: sb_dense_u8
  private let kernels: Kernels
  private let weights: PackedValues<Int8>
  private let offset: PackedValues<Int32>
  private let scale: PackedValues<Float>
  private let bias: PackedValues<Float>

  /// - Parameters:
  ///   - inputCount: elements of an input row.
  ///   - outputCount: elements of an output row.
  ///   - weights: `[outputCount][inputCount]`, PyTorch's order.
  ///   - bias: `[outputCount]`.
  ///   - rectifies: whether ReLU follows.
  ///   - input: what the input's bytes stand for; its channels repeat along the row.
  ///   - path: the kernels.
  package init(
    inputCount: Int, outputCount: Int, weights: [Float], bias: [Float], rectifies: Bool, input: ActivationRange,
    path: KernelPath = .best
  ) {
    precondition(weights.count == inputCount * outputCount && bias.count == outputCount)
    self.inputCount = inputCount
    self.outputCount = outputCount
    precondition(inputCount % input.scales.count == 0)
    // The bias is added in float; what is left for the sums is the correction of rounded weights.
    let quantized = QuantizedWeights(
      outputs: outputCount, depth: inputCount, input: input, bias: [Double](repeating: 0, count: outputCount)
    ) { Double(weights[$0 * inputCount + $1]) }
    let packing = PanelPacking(
      outputs: outputCount, depth: inputCount, panelsPerBlock: PanelPacking.narrow, group: Int(SB_QUAD))
    self.weights = PackedValues(packing.packed { quantized.value(output: $0, element: $1) })
    offset = PackedValues(
      packing.padded(zip(quantized.sums, quantized.bias).map { Int32(input.zeroPoint) * $0 - Int32($1) }))
    scale = PackedValues(packing.padded(quantized.scales.map { Float($0) }))
    self.bias = PackedValues(packing.padded(bias))
    kernels = path.kernels
    layer = sb_dense_u8(
      inputs: inputCount, outputs: outputCount, rectifies: rectifies, weights: self.weights.pointer,
      offset: offset.pointer, scale: scale.pointer, bias: self.bias.pointer)
  }

  /// - Parameters:
  ///   - input: `rows` rows of `inputCount` bytes without gaps, in a place from ``ScratchPlan/bytes(_:)``.
  ///   - output: room for `rows` rows of `outputCount` floats.
  ///   - rows: how many.
  package func apply(_ input: UnsafePointer<UInt8>, into output: UnsafeMutablePointer<Float>, rows: Int = 1) {
    precondition(rows >= 0)
    withUnsafePointer(to: layer) {
      kernels.functions.dense_u8($0, input, rows, inputCount, output, outputCount)
    }
  }
}
