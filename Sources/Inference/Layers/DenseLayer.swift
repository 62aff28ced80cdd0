/// A fully connected layer without its activation: `output[o] = bias[o] + Σ input[i] · weights[o][i]`.
package struct DenseLayer: Sendable {
  static let lanes = 16

  package let inputCount: Int
  package let outputCount: Int
  /// `[block][inputCount][16]`, the last block padded with zeros.
  private let weights: AlignedFloats
  private let bias: AlignedFloats
  private let blocks: Int

  /// - Parameters:
  ///   - weights: `[outputCount][inputCount]`, PyTorch's order.
  ///   - bias: `[outputCount]`.
  package init(inputCount: Int, outputCount: Int, weights: [Float], bias: [Float]) {
    precondition(weights.count == inputCount * outputCount && bias.count == outputCount)
    self.inputCount = inputCount
    self.outputCount = outputCount
    blocks = (outputCount + Self.lanes - 1) / Self.lanes
    var packed = [Float](repeating: 0, count: blocks * inputCount * Self.lanes)
    for output in 0..<outputCount {
      for input in 0..<inputCount {
        packed[((output / Self.lanes) * inputCount + input) * Self.lanes + output % Self.lanes] =
          weights[output * inputCount + input]
      }
    }
    self.weights = AlignedFloats(packed)
    self.bias = AlignedFloats(bias + [Float](repeating: 0, count: blocks * Self.lanes - outputCount))
  }

  /// - Parameters:
  ///   - input: `inputCount` floats.
  ///   - output: room for `outputCount` floats rounded up to a multiple of 16, 64-byte aligned.
  package func apply(_ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>) {
    for block in 0..<blocks {
      let blockWeights = weights.vectors + block * inputCount
      // Two sums, so that one addition need not wait for the one before it; and less rounding over a long row.
      var even = bias.vectors[block]
      var odd = SIMD16<Float>(repeating: 0)
      var index = 0
      while index + 1 < inputCount {
        even += blockWeights[index] * SIMD16(repeating: input[index])
        odd += blockWeights[index + 1] * SIMD16(repeating: input[index + 1])
        index += 2
      }
      if index < inputCount { even += blockWeights[index] * SIMD16(repeating: input[index]) }
      UnsafeMutableRawPointer(output + block * Self.lanes).storeBytes(of: even + odd, as: SIMD16<Float>.self)
    }
  }

  /// ReLU in place on `count` floats, a multiple of 16, 64-byte aligned.
  package static func rectify(_ values: UnsafeMutablePointer<Float>, count: Int) {
    for index in 0..<count { values[index] = max(values[index], 0) }
  }
}
