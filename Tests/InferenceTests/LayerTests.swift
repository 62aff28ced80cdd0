import Inference
import Testing

/// Every kernel against the definition of its layer, written naively in double precision.
@Suite struct LayerTests {
  /// SplitMix64: the same numbers on every run.
  struct Numbers: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
    mutating func floats(_ count: Int, in range: ClosedRange<Float> = -1...1) -> [Float] {
      (0..<count).map { _ in Float.random(in: range, using: &self) }
    }
  }

  struct ConvolutionShape: Sendable, CustomTestStringConvertible {
    var length: Int
    var inputs: Int
    var outputs: Int
    var taps: Int
    var testDescription: String { "\(length)×\(inputs) → \(outputs), \(taps) taps" }
  }

  @Test(arguments: [
    ConvolutionShape(length: 187, inputs: 1, outputs: 32, taps: 3),
    ConvolutionShape(length: 92, inputs: 32, outputs: 64, taps: 3),
    ConvolutionShape(length: 5, inputs: 3, outputs: 16, taps: 1),
    ConvolutionShape(length: 8, inputs: 7, outputs: 48, taps: 5),
    ConvolutionShape(length: 9, inputs: 2, outputs: 16, taps: 3),
  ])
  func convolutionAgreesWithItsDefinition(shape: ConvolutionShape) throws {
    var numbers = Numbers(state: 42)
    let weights = numbers.floats(shape.outputs * shape.inputs * shape.taps)
    let bias = numbers.floats(shape.outputs)
    let normalization = BatchNormalization(
      scale: numbers.floats(shape.outputs, in: -2...2), shift: numbers.floats(shape.outputs),
      mean: numbers.floats(shape.outputs), variance: numbers.floats(shape.outputs, in: 0...3), epsilon: 1e-3)
    let input = numbers.floats(shape.length * shape.inputs)
    let convolution = try FoldedConvolution(
      inputChannels: shape.inputs, outputChannels: shape.outputs, taps: shape.taps, weights: weights, bias: bias,
      normalization: normalization, name: "layer")

    func definition(_ position: Int, _ output: Int) -> Double {
      var sum = Double(bias[output])
      for tap in 0..<shape.taps {
        for channel in 0..<shape.inputs {
          sum +=
            Double(weights[(output * shape.inputs + channel) * shape.taps + tap])
            * Double(input[(position + tap) * shape.inputs + channel])
        }
      }
      let deviation = (Double(normalization.variance[output]) + normalization.epsilon).squareRoot()
      let normal = (sum - Double(normalization.mean[output])) / deviation
      return max(0, normal * Double(normalization.scale[output]) + Double(normalization.shift[output]))
    }
    let outputLength = (shape.length - shape.taps + 1) / 2
    let expected = (0..<outputLength).flatMap { position in
      (0..<shape.outputs).map { max(definition(2 * position, $0), definition(2 * position + 1, $0)) }
    }

    let direct = PooledConvolution(convolution, inputLength: shape.length)
    #expect(direct.outputLength == outputLength)
    let output = Guarded(count: expected.count)
    input.withUnsafeBufferPointer { direct.apply($0.baseAddress!, into: output.start) }  // not empty
    output.expect(expected)

    guard shape.taps == 3 else { return }
    let minimal = MinimalPooledConvolution(convolution, inputLength: shape.length)
    #expect(minimal.outputLength == outputLength)
    let second = Guarded(count: expected.count)
    let transformed = Guarded(count: minimal.transformedCount)
    input.withUnsafeBufferPointer {
      minimal.apply($0.baseAddress!, into: second.start, transformed: transformed.start)  // not empty
    }
    second.expect(expected)
    transformed.expectIntact()
  }

  @Test(arguments: [(2880, 32), (32, 1), (1, 1), (7, 17), (33, 16)])
  func denseAgreesWithItsDefinition(inputs: Int, outputs: Int) {
    var numbers = Numbers(state: 7)
    let weights = numbers.floats(inputs * outputs)
    let bias = numbers.floats(outputs)
    let input = numbers.floats(inputs)
    let layer = DenseLayer(inputCount: inputs, outputCount: outputs, weights: weights, bias: bias)
    let guarded = Guarded(count: (outputs + 15) / 16 * 16)
    input.withUnsafeBufferPointer { layer.apply($0.baseAddress!, into: guarded.start) }  // not empty
    for output in 0..<outputs {
      let products = (0..<inputs).map { Double(weights[output * inputs + $0]) * Double(input[$0]) }
      let expected = products.reduce(Double(bias[output]), +)
      // Rounding grows with what is added up, not with what is left of it.
      let magnitude = products.reduce(abs(Double(bias[output]))) { $0 + abs($1) }
      let computed = guarded[output]
      #expect(abs(Double(computed) - expected) <= 5e-7 * magnitude, "output \(output)")
    }
    guarded.expectIntact()
  }
}

/// Memory with a canary on either side, so that a kernel that writes outside its output is seen.
struct Guarded: ~Copyable {
  private static let margin = 16
  private static let canary: Float = 12345.678
  private let memory: UnsafeMutablePointer<Float>
  private let count: Int

  init(count: Int) {
    self.count = count
    memory = UnsafeMutableRawPointer.allocate(byteCount: (count + 2 * Self.margin) * 4, alignment: 64)
      .bindMemory(to: Float.self, capacity: count + 2 * Self.margin)
    memory.initialize(repeating: Self.canary, count: count + 2 * Self.margin)
  }

  deinit { memory.deallocate() }

  var start: UnsafeMutablePointer<Float> { memory + Self.margin }
  subscript(index: Int) -> Float { memory[Self.margin + index] }

  /// Nothing beside the output was written.
  func expectIntact() {
    let isIntact = (0..<Self.margin).allSatisfy {
      memory[$0] == Self.canary && memory[Self.margin + count + $0] == Self.canary
    }
    #expect(isIntact)
  }

  /// The output is this, within what rounding explains.
  func expect(_ expected: [Double]) {
    for (index, value) in expected.enumerated() {
      let computed = Double(self[index])
      #expect(abs(computed - value) <= 2e-5 * max(1, abs(value)), "element \(index)")
    }
    expectIntact()
  }
}
