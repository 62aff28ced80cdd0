/// Conv1D ('valid' padding, stride 1) – BatchNorm – ReLU – MaxPool 2, in one pass.
///
/// Input is `[inputLength][inputChannels]`, output `[outputLength][outputChannels]`, both time-major. BatchNorm is folded
/// into the weights. A pool of two needs both of its convolutions at once, so they are one block in registers and only
/// the larger is stored; ReLU, being monotonic, comes after the pool at half the cost. As in Keras, a last odd position is dropped.
package struct PooledConvolution: Sendable {
  /// Output channels that one block of registers holds.
  static let lanes = 16

  package let inputLength: Int
  package let inputChannels: Int
  package let outputChannels: Int
  package let taps: Int
  package let outputLength: Int
  /// `[block][taps × inputChannels][16]`.
  private let weights: AlignedFloats
  private let bias: AlignedFloats

  /// - Parameters:
  ///   - weights: `[outputChannels][inputChannels][taps]`, PyTorch's order.
  ///   - bias: `[outputChannels]`.
  /// - Precondition: `outputChannels` is a multiple of 16.
  /// - Throws: `nonFiniteWeight` when folding overflows or a variance is not positive enough to divide by.
  package init(
    inputLength: Int, inputChannels: Int, outputChannels: Int, taps: Int, weights: [Float], bias: [Float],
    normalization: BatchNormalization, name: String
  ) throws(WeightsError) {
    precondition(outputChannels % Self.lanes == 0 && inputLength > taps)
    precondition(weights.count == outputChannels * inputChannels * taps && bias.count == outputChannels)
    self.inputLength = inputLength
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.taps = taps
    outputLength = (inputLength - taps + 1) / 2

    var packed = [Float](repeating: 0, count: weights.count)
    var foldedBias = [Float](repeating: 0, count: outputChannels)
    let depth = taps * inputChannels
    for output in 0..<outputChannels {
      let (factor, offset) = normalization.affine(channel: output)
      foldedBias[output] = Float(Double(bias[output]) * factor + offset)
      for input in 0..<inputChannels {
        for tap in 0..<taps {
          let weight = Double(weights[(output * inputChannels + input) * taps + tap])
          let row = (output / Self.lanes) * depth + tap * inputChannels + input
          packed[row * Self.lanes + output % Self.lanes] = Float(weight * factor)
        }
      }
    }
    guard packed.allSatisfy(\.isFinite), foldedBias.allSatisfy(\.isFinite) else {
      throw WeightsError(.nonFiniteWeight, "BatchNorm cannot be folded", at: name)
    }
    self.weights = AlignedFloats(packed)
    self.bias = AlignedFloats(foldedBias)
  }

  /// - Parameters:
  ///   - input: `inputLength × inputChannels` floats.
  ///   - output: room for `outputLength × outputChannels` floats, 64-byte aligned.
  package func apply(_ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>) {
    let depth = taps * inputChannels
    for block in 0..<(outputChannels / Self.lanes) {
      let blockWeights = weights.vectors + block * depth
      let blockBias = bias.vectors[block]
      for pair in 0..<outputLength {
        let first = input + 2 * pair * inputChannels
        let pooled = Self.largerOfTwo(first, first + inputChannels, blockWeights, depth: depth)
        let activated = (pooled + blockBias).maximum(SIMD16(repeating: 0))
        UnsafeMutableRawPointer(output + pair * outputChannels + block * Self.lanes)
          .storeBytes(of: activated, as: SIMD16<Float>.self)
      }
    }
  }

  /// Sixteen channels at two neighbouring positions: a row of the input is contiguous over taps and channels, so a
  /// convolution is a matrix product whose rows overlap. The bias is equal for both, so it is added after the maximum.
  @inline(__always)
  private static func largerOfTwo(
    _ first: UnsafePointer<Float>, _ second: UnsafePointer<Float>, _ weights: UnsafePointer<SIMD16<Float>>, depth: Int
  ) -> SIMD16<Float> {
    var sumFirst = SIMD16<Float>(repeating: 0)
    var sumSecond = SIMD16<Float>(repeating: 0)
    for index in 0..<depth {
      let weight = weights[index]
      sumFirst += weight * SIMD16(repeating: first[index])
      sumSecond += weight * SIMD16(repeating: second[index])
    }
    return sumFirst.maximum(sumSecond)
  }
}
