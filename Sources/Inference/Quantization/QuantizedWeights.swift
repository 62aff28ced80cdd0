/// The weights of a layer as signed bytes, with one scale for each output.
///
/// Symmetric: a weight is `scale · q` with q in −127…127.
struct QuantizedWeights {
  /// `[outputs][depth]`.
  let values: [Int8]
  let scales: [Double]
  /// Σ of an output's `values`, by which the input's zero point is multiplied and taken away.
  let sums: [Int32]
  private let depth: Int

  /// Products and zero points of a row must leave room for the bias in 32 bits: 255 · 127 · depth < 2³⁰.
  static let maximumDepth = 33_000
  /// Bias in units of input scale times weight scale.
  static let maximumBias = Double(1 << 29)

  /// - Parameters:
  ///   - outputs: how many outputs.
  ///   - depth: elements of a row; at most ``maximumDepth``.
  ///   - inputScale: what 1 of the input's bytes stands for.
  ///   - bias: of each output; a scale is made coarser where its bias would not fit.
  ///   - weight: of an output and an element of its row.
  init(outputs: Int, depth: Int, inputScale: Double, bias: [Double], weight: (Int, Int) -> Double) {
    precondition(depth > 0 && depth <= Self.maximumDepth, "too many products for a 32-bit sum")
    var values: [Int8] = []
    var scales: [Double] = []
    var sums: [Int32] = []
    for output in 0..<outputs {
      let row = (0..<depth).map { weight(output, $0) }
      let largest = row.reduce(0) { max($0, abs($1)) }
      let scale = max(
        largest / 127, abs(bias[output]) / inputScale / Self.maximumBias, Double(Float.leastNormalMagnitude))
      let quantized = row.map { Int8(($0 / scale).rounded().clamped(to: -127...127)) }
      values += quantized
      scales.append(scale)
      sums.append(quantized.reduce(0) { $0 + Int32($1) })
    }
    self.values = values
    self.scales = scales
    self.sums = sums
    self.depth = depth
  }

  func value(output: Int, element: Int) -> Int8 { values[output * depth + element] }
}

extension Double {
  /// The nearest number of a range.
  func clamped(to range: ClosedRange<Double>) -> Double { min(max(self, range.lowerBound), range.upperBound) }
}
