/// Conv1D ('valid' padding, stride 1) – BatchNorm – ReLU – MaxPool 2, in one pass, by the definition of convolution.
///
/// Input is `[inputLength][inputChannels]`, output `[outputLength][outputChannels]`, both time-major. A pool of two needs
/// both of its convolutions at once, so they are one block in registers and only the larger is stored; ReLU, being
/// monotonic, comes after the pool at half the cost. As in Keras, a last odd position is dropped.
package struct PooledConvolution: Sendable {
  /// Output channels that one block of registers holds.
  static let lanes = 16

  package let outputLength: Int
  private let inputChannels: Int
  private let outputChannels: Int
  private let depth: Int
  /// `[block][taps × inputChannels][16]`.
  private let weights: AlignedFloats
  private let bias: AlignedFloats

  /// - Precondition: the output channels are a multiple of 16, and the input is longer than the taps.
  package init(_ convolution: FoldedConvolution, inputLength: Int) {
    precondition(convolution.outputChannels % Self.lanes == 0 && inputLength > convolution.taps)
    inputChannels = convolution.inputChannels
    outputChannels = convolution.outputChannels
    outputLength = (inputLength - convolution.taps + 1) / 2
    depth = convolution.taps * convolution.inputChannels

    var packed = [Float](repeating: 0, count: depth * outputChannels)
    for output in 0..<outputChannels {
      for tap in 0..<convolution.taps {
        for input in 0..<inputChannels {
          let row = (output / Self.lanes) * depth + tap * inputChannels + input
          packed[row * Self.lanes + output % Self.lanes] =
            Float(convolution.weight(output: output, input: input, tap: tap))
        }
      }
    }
    weights = AlignedFloats(packed)
    bias = AlignedFloats(convolution.bias.map(Float.init))
  }

  /// - Parameters:
  ///   - input: `inputLength × inputChannels` floats.
  ///   - output: room for `outputLength × outputChannels` floats, 64-byte aligned.
  package func apply(_ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>) {
    for block in 0..<(outputChannels / Self.lanes) {
      let blockWeights = weights.vectors + block * depth
      let blockBias = bias.vectors[block]
      for pair in 0..<outputLength {
        // A row of the input is contiguous over taps and channels, so a convolution is a matrix product whose rows overlap.
        let first = input + 2 * pair * inputChannels
        let sums = RegisterBlock.product(first, first + inputChannels, blockWeights, depth: depth)
        // The bias is equal for both positions, so it is added after the maximum.
        let activated = (sums.first.maximum(sums.second) + blockBias).maximum(SIMD16(repeating: 0))
        UnsafeMutableRawPointer(output + pair * outputChannels + block * Self.lanes)
          .storeBytes(of: activated, as: SIMD16<Float>.self)
      }
    }
  }
}
