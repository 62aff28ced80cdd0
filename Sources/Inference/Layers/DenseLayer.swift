internal import CInferenceKernels

/// A fully connected layer in float: `output[o] = bias[o] + Σ input[i] · weights[o][i]`, and ReLU if wanted.
package struct DenseLayer: Sendable {
  /// Elements of an input row.
  package let inputCount: Int
  /// Elements of an output row.
  package let outputCount: Int

  private let layer: sb_dense_f32
  private let kernels: Kernels
  private let weights: PackedValues<Float>
  private let bias: PackedValues<Float>

  /// - Parameters:
  ///   - inputCount: elements of an input row.
  ///   - outputCount: elements of an output row.
  ///   - weights: `[outputCount][inputCount]`, PyTorch's order.
  ///   - bias: `[outputCount]`.
  ///   - rectifies: whether ReLU follows.
  ///   - path: the kernels.
  package init(
    inputCount: Int, outputCount: Int, weights: [Float], bias: [Float], rectifies: Bool, path: KernelPath = .best
  ) {
    precondition(inputCount > 0 && outputCount > 0)
    precondition(weights.count == inputCount * outputCount && bias.count == outputCount)
    self.inputCount = inputCount
    self.outputCount = outputCount
    let packing = PanelPacking(outputs: outputCount, depth: inputCount, panelsPerBlock: PanelPacking.narrow)
    self.weights = PackedValues(packing.packed { weights[$0 * inputCount + $1] })
    self.bias = PackedValues(packing.padded(bias))
    kernels = path.kernels
    layer = sb_dense_f32(
      inputs: inputCount, outputs: outputCount, rectifies: rectifies, weights: self.weights.pointer,
      bias: self.bias.pointer)
  }

  /// Many rows at once, which read the weights from memory once for several rows. A row's result does not depend on the
  /// others: it is the same to the bit alone.
  ///
  /// - Parameters:
  ///   - input: `rows` rows of `inputCount` floats, `inputStride` apart.
  ///   - output: room for `rows` rows of `outputCount` floats, `outputStride` apart.
  ///   - rows: how many.
  ///   - inputStride: floats from one input row to the next; `inputCount` unless given.
  ///   - outputStride: floats from one output row to the next; `outputCount` unless given.
  package func apply(
    _ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>, rows: Int = 1, inputStride: Int? = nil,
    outputStride: Int? = nil
  ) {
    precondition(rows >= 0 && inputStride ?? inputCount >= 0 && outputStride ?? outputCount >= outputCount)
    withUnsafePointer(to: layer) {
      kernels.functions.dense_f32($0, input, rows, inputStride ?? inputCount, output, outputStride ?? outputCount)
    }
  }
}
