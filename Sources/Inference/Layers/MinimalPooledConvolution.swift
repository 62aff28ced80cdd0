/// The same layer as ``PooledConvolution`` for three taps and many channels, with two thirds of the multiplications.
///
/// Winograd's minimal filtering F(2,3): two neighbouring outputs of a three-tap filter take four products instead of six. The
/// two outputs are just the pair that MaxPool 2 compares. With input vectors d₀…d₃ and taps g₀…g₂:
///
///     m₀ = (d₀ − d₂) g₀                  m₁ = (d₁ + d₂) (g₀ + g₁ + g₂)/2
///     m₂ = (d₂ − d₁) (g₀ − g₁ + g₂)/2    m₃ = (d₁ − d₃) g₂
///     y₀ = m₀ + m₁ + m₂                  y₁ = m₁ − m₂ − m₃
///
/// Source: Winograd 1980, *Arithmetic Complexity of Computations*; Lavin and Gray 2016, *Fast Algorithms for Convolutional
/// Neural Networks*, §4.1. Its rounding error is of the order of direct convolution's.
package struct MinimalPooledConvolution: Sendable {
  static let lanes = 16
  private static let products = 4

  package let outputLength: Int
  private let inputChannels: Int
  private let outputChannels: Int
  /// `[block][4][inputChannels][16]`.
  private let weights: AlignedFloats
  private let bias: AlignedFloats

  /// - Precondition: three taps, output channels a multiple of 16, an input of at least four positions.
  package init(_ convolution: FoldedConvolution, inputLength: Int) {
    precondition(convolution.taps == 3 && convolution.outputChannels % Self.lanes == 0 && inputLength >= 4)
    inputChannels = convolution.inputChannels
    outputChannels = convolution.outputChannels
    outputLength = (inputLength - 2) / 2

    var packed = [Float](repeating: 0, count: Self.products * inputChannels * outputChannels)
    for output in 0..<outputChannels {
      for input in 0..<inputChannels {
        let taps = (0..<3).map { convolution.weight(output: output, input: input, tap: $0) }
        let transformed = [
          taps[0], (taps[0] + taps[1] + taps[2]) / 2, (taps[0] - taps[1] + taps[2]) / 2, taps[2],
        ]
        for (product, weight) in transformed.enumerated() {
          let row = ((output / Self.lanes) * Self.products + product) * inputChannels + input
          packed[row * Self.lanes + output % Self.lanes] = Float(weight)
        }
      }
    }
    weights = AlignedFloats(packed)
    bias = AlignedFloats(convolution.bias.map(Float.init))
  }

  /// Floats that ``apply(_:into:transformed:)`` needs for the transformed input.
  package var transformedCount: Int { outputLength * Self.products * inputChannels }

  /// - Parameters:
  ///   - input: `inputLength × inputChannels` floats.
  ///   - output: room for `outputLength × outputChannels` floats, 64-byte aligned.
  ///   - transformed: room for ``transformedCount`` floats.
  package func apply(
    _ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>, transformed: UnsafeMutablePointer<Float>
  ) {
    transform(input, into: transformed)
    let stride = Self.products * inputChannels
    for block in 0..<(outputChannels / Self.lanes) {
      let blockWeights = weights.vectors + block * stride
      let blockOutput = output + block * Self.lanes
      var position = 0
      while position < outputLength {
        // Two positions at a time; a last odd one is computed twice and stored once.
        let next = min(position + 1, outputLength - 1)
        let (first, second) = pooled(transformed + position * stride, transformed + next * stride, blockWeights)
        store(first, bias.vectors[block], to: blockOutput + position * outputChannels)
        store(second, bias.vectors[block], to: blockOutput + next * outputChannels)
        position += 2
      }
    }
  }

  /// The vectors by which the transformed weights are multiplied: `[outputLength][4][inputChannels]`.
  @inline(__always)
  private func transform(_ input: UnsafePointer<Float>, into transformed: UnsafeMutablePointer<Float>) {
    for position in 0..<outputLength {
      let d = input + 2 * position * inputChannels
      let v = transformed + position * Self.products * inputChannels
      for channel in 0..<inputChannels {
        let d1 = d[inputChannels &+ channel]
        let d2 = d[2 &* inputChannels &+ channel]
        v[channel] = d[channel] - d2
        v[inputChannels &+ channel] = d1 + d2
        v[2 &* inputChannels &+ channel] = d2 - d1
        v[3 &* inputChannels &+ channel] = d1 - d[3 &* inputChannels &+ channel]
      }
    }
  }

  /// max(y₀, y₁) at two positions for sixteen channels.
  @inline(__always)
  private func pooled(
    _ first: UnsafePointer<Float>, _ second: UnsafePointer<Float>, _ weights: UnsafePointer<SIMD16<Float>>
  ) -> (SIMD16<Float>, SIMD16<Float>) {
    let c = inputChannels
    let m1 = RegisterBlock.product(first + c, second + c, weights + c, depth: c)
    let m2 = RegisterBlock.product(first + 2 * c, second + 2 * c, weights + 2 * c, depth: c)
    let m0 = RegisterBlock.product(first, second, weights, depth: c)
    let m3 = RegisterBlock.product(first + 3 * c, second + 3 * c, weights + 3 * c, depth: c)
    return (
      (m0.first + m1.first + m2.first).maximum(m1.first - m2.first - m3.first),
      (m0.second + m1.second + m2.second).maximum(m1.second - m2.second - m3.second)
    )
  }

  @inline(__always)
  private func store(_ pooled: SIMD16<Float>, _ bias: SIMD16<Float>, to output: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(output)
      .storeBytes(of: (pooled + bias).maximum(SIMD16(repeating: 0)), as: SIMD16<Float>.self)
  }
}
