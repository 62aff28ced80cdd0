/// A one-dimensional convolution into which its BatchNorm has been folded, in double precision: what kernels pack from.
///
/// BatchNorm multiplies each output channel by a factor and moves it; both can be done to the weights and the bias once.
package struct FoldedConvolution: Sendable {
  package let inputChannels: Int
  package let outputChannels: Int
  package let taps: Int
  /// `[outputChannels][inputChannels][taps]`.
  private let weights: [Double]
  /// `[outputChannels]`.
  let bias: [Double]

  /// - Parameters:
  ///   - inputChannels: channels of the input.
  ///   - outputChannels: channels of the output.
  ///   - taps: positions that an output looks at.
  ///   - weights: `[outputChannels][inputChannels][taps]`, PyTorch's order.
  ///   - bias: `[outputChannels]`.
  ///   - normalization: the BatchNorm behind it; `nil` when there is none.
  ///   - name: the layer, for the error's place.
  /// - Throws: `nonFiniteWeight` when folding overflows, or a variance and epsilon together are not positive.
  package init(
    inputChannels: Int, outputChannels: Int, taps: Int, weights: [Float], bias: [Float],
    normalization: BatchNormalization? = nil, name: String
  ) throws(WeightsError) {
    precondition(weights.count == outputChannels * inputChannels * taps && bias.count == outputChannels)
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.taps = taps
    let affine = (0..<outputChannels).map { normalization?.affine(channel: $0) ?? (factor: 1, offset: 0) }
    let perChannel = inputChannels * taps
    self.weights = weights.enumerated().map { Double($1) * affine[$0 / perChannel].factor }
    self.bias = bias.enumerated().map { Double($1) * affine[$0].factor + affine[$0].offset }
    // What a kernel makes of it has to fit in Float, with room for the sums of taps that Winograd's transform makes.
    let largest = Double(Float.greatestFiniteMagnitude) / 4
    guard (self.weights + self.bias).allSatisfy({ abs($0) <= largest }) else {
      throw WeightsError(.nonFiniteWeight, "BatchNorm cannot be folded", at: name)
    }
  }

  private init(_ other: FoldedConvolution, weights: [Double], bias: [Double]) {
    inputChannels = other.inputChannels
    outputChannels = other.outputChannels
    taps = other.taps
    self.weights = weights
    self.bias = bias
  }

  /// The same with each output channel divided by a number, which passes through ReLU and pools.
  ///
  /// - Parameter divisors: one for each output channel, 1e-9 or larger.
  func dividing(outputsBy divisors: [Double]) -> FoldedConvolution {
    precondition(divisors.count == outputChannels)
    let perChannel = inputChannels * taps
    return FoldedConvolution(
      self, weights: weights.enumerated().map { $1 / divisors[$0 / perChannel] },
      bias: zip(bias, divisors).map { $0 / $1 })
  }

  /// The weight from an input channel at a tap to an output channel.
  func weight(output: Int, input: Int, tap: Int) -> Double { weights[(output * inputChannels + input) * taps + tap] }

  /// The weight from an element of an input row, `tap × inputChannels + channel`, to an output channel.
  func weight(output: Int, element: Int) -> Double {
    weight(output: output, input: element % inputChannels, tap: element / inputChannels)
  }
}
