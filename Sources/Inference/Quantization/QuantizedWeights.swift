/// The weights of a layer as signed bytes, with one scale for each output.
///
/// Symmetric: a weight is `scale · q` with q in −127…127.
struct QuantizedWeights {
  /// `[outputs][depth]`.
  let values: [Int8]
  /// What a sum of products of bytes and weights is multiplied by, for each output.
  let scales: [Double]
  /// Σ of an output's `values`, by which the input's zero point is multiplied and taken away.
  let sums: [Int32]
  private let depth: Int

  /// Products and zero points of a row must leave room for the bias in 32 bits: 255 · 127 · depth < 2³⁰.
  static let maximumDepth = 33_000
  /// Bias in units of a product of byte and weight; twice that after its correction, which still fits beside the products.
  static let maximumBias = Double(1 << 28)

  /// What an output's bias is in units of its scale, rounded, less what rounding the weights adds on average.
  ///
  /// Source: Nagel et al. 2019, *Data-Free Quantization Through Weight Equalization and Bias Correction*, §4.2.
  let bias: [Double]

  /// - Parameters:
  ///   - outputs: how many outputs.
  ///   - depth: elements of a row; at most ``maximumDepth``.
  ///   - input: what the input's bytes stand for.
  ///   - bias: of each output; a scale is made coarser where its bias would not fit.
  ///   - weight: of an output and an element of its row.
  init(outputs: Int, depth: Int, input: ActivationRange, bias: [Double], weight: (Int, Int) -> Double) {
    precondition(depth > 0 && depth <= Self.maximumDepth, "too many products for a 32-bit sum")
    var values: [Int8] = []
    var scales: [Double] = []
    var sums: [Int32] = []
    var corrected: [Double] = []
    for output in 0..<outputs {
      let row = (0..<depth).map { weight(output, $0) * input.scale(ofElement: $0) }
      let largest = row.reduce(0) { max($0, abs($1)) }
      let scale = max(largest / 127, abs(bias[output]) / Self.maximumBias, Double(Float.leastNormalMagnitude))
      let quantized = row.map { Int8(($0 / scale).rounded().clamped(to: -127...127)) }
      var added = 0.0
      for element in 0..<depth {
        added += (Double(quantized[element]) - row[element] / scale) * input.meanByte(ofElement: element)
      }
      values += quantized
      scales.append(scale)
      sums.append(quantized.reduce(0) { $0 + Int32($1) })
      corrected.append(
        (bias[output] / scale - added).rounded().clamped(to: -2 * Self.maximumBias...2 * Self.maximumBias))
    }
    self.values = values
    self.scales = scales
    self.sums = sums
    self.bias = corrected
    self.depth = depth
  }

  func value(output: Int, element: Int) -> Int8 { values[output * depth + element] }
}

extension Double {
  /// The nearest number of a range.
  func clamped(to range: ClosedRange<Double>) -> Double { min(max(self, range.lowerBound), range.upperBound) }
}
