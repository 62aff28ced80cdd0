import Inference
import Testing

/// Every float kernel of every path that this machine has against the definition of its layer, written naively in double
/// precision.
@Suite struct FloatLayerTests {
  @Test(arguments: KernelPath.supported, ConvolutionSample.all)
  func convolutionAgreesWithItsDefinition(path: KernelPath, sample: ConvolutionSample) throws {
    var numbers = Numbers(state: 42)
    let weights = numbers.floats(sample.outputs * sample.inputs * sample.taps)
    let bias = numbers.floats(sample.outputs)
    let normalization = BatchNormalization(
      scale: numbers.floats(sample.outputs, in: -2...2), shift: numbers.floats(sample.outputs),
      mean: numbers.floats(sample.outputs), variance: numbers.floats(sample.outputs, in: 0.5...3), epsilon: 1e-3)
    let input = numbers.floats(sample.length * sample.inputs)
    let folded = try FoldedConvolution(
      inputChannels: sample.inputs, outputChannels: sample.outputs, taps: sample.taps, weights: weights, bias: bias,
      normalization: normalization, name: "layer")
    let sums = sample.definition(
      input: input.map(Double.init), weights: weights.map(Double.init), bias: bias.map(Double.init))
    let expected = sample.finished(
      sums.enumerated().map { index, sum in
        let channel = index % sample.outputs
        let deviation = (Double(normalization.variance[channel]) + normalization.epsilon).squareRoot()
        let normal = (sum - Double(normalization.mean[channel])) / deviation
        return normal * Double(normalization.scale[channel]) + Double(normalization.shift[channel])
      })

    for isMinimal in [true, false] {
      let layer = Convolution1D(
        folded, geometry: sample.geometry, rectifies: sample.rectifies, path: path, isMinimal: isMinimal)
      #expect(layer.outputLength * layer.outputChannels == expected.count)
      var plan = ScratchPlan()
      let place = plan.input(of: layer)
      let workspace = plan.workspace(of: [layer])
      let scratch = SpoiltScratch(plan)
      let output = Guarded<Float>(count: expected.count, canary: 12345.678)
      for (index, value) in input.enumerated() { scratch.floats[place + index] = value }
      layer.apply(scratch.floats + place, into: output.start, workspace: scratch.floats + workspace)
      output.expectIntact()
      let magnitude = Double(sample.taps * sample.inputs).squareRoot()
      for (index, (computed, value)) in zip(output.values, expected).enumerated() {
        #expect(abs(Double(computed) - value) <= 3e-6 * max(1, magnitude), "element \(index), minimal \(isMinimal)")
      }
    }
  }

  @Test(
    arguments: KernelPath.supported, [(2880, 32), (32, 1), (1, 1), (7, 17), (33, 16), (150, 64), (255, 5), (40, 49)])
  func denseAgreesWithItsDefinition(path: KernelPath, size: (inputs: Int, outputs: Int)) {
    var numbers = Numbers(state: 7)
    let rows = 11
    let weights = numbers.floats(size.inputs * size.outputs)
    let bias = numbers.floats(size.outputs)
    let input = numbers.floats(rows * size.inputs)
    let layer = DenseLayer(
      inputCount: size.inputs, outputCount: size.outputs, weights: weights, bias: bias, rectifies: false, path: path)
    let batch = Guarded<Float>(count: rows * size.outputs, canary: 12345.678)
    input.withUnsafeBufferPointer { all in
      layer.apply(all.baseAddress!, into: batch.start, rows: rows)  // not empty
    }
    batch.expectIntact()
    for row in 0..<rows {
      let alone = Guarded<Float>(count: size.outputs, canary: 12345.678)
      input.withUnsafeBufferPointer { all in
        layer.apply(all.baseAddress! + row * size.inputs, into: alone.start)  // not empty
      }
      alone.expectIntact()
      #expect(alone.values == Array(batch.values[(row * size.outputs)..<((row + 1) * size.outputs)]), "row \(row)")
      for output in 0..<size.outputs {
        let products = (0..<size.inputs).map {
          Double(weights[output * size.inputs + $0]) * Double(input[row * size.inputs + $0])
        }
        let expected = products.reduce(Double(bias[output]), +)
        // Rounding grows with what is added up, not with what is left of it.
        let magnitude = products.reduce(abs(Double(bias[output]))) { $0 + abs($1) }
        #expect(abs(Double(alone.values[output]) - expected) <= 5e-7 * magnitude, "row \(row), output \(output)")
      }
    }
  }

  @Test(arguments: KernelPath.supported, [(1, 1), (24, 96), (5, 17), (45, 64), (2, 15)])
  func globalPoolingAgreesWithItsDefinition(path: KernelPath, size: (length: Int, channels: Int)) {
    var numbers = Numbers(state: 3)
    let input = numbers.floats(size.length * size.channels)
    let mean = Guarded<Float>(count: size.channels, canary: 12345.678)
    let maximum = Guarded<Float>(count: size.channels, canary: 12345.678)
    let pooling = GlobalPooling(length: size.length, channels: size.channels, path: path)
    input.withUnsafeBufferPointer {
      pooling.apply($0.baseAddress!, mean: mean.start, maximum: maximum.start)  // not empty
      pooling.apply($0.baseAddress!, mean: nil, maximum: nil)  // not empty
    }
    mean.expectIntact()
    maximum.expectIntact()
    for channel in 0..<size.channels {
      let column = (0..<size.length).map { Double(input[$0 * size.channels + channel]) }
      #expect(abs(Double(mean.values[channel]) - column.reduce(0, +) / Double(size.length)) <= 1e-6)
      #expect(Double(maximum.values[channel]) == column.max())
    }
  }

  @Test func softmaxAddsUpToOne() {
    var logits: [Float] = [-1000, 0, 3, 1000, 999]
    logits.withUnsafeMutableBufferPointer { OutputActivation.softmax($0) }
    #expect(abs(logits.reduce(0, +) - 1) <= 1e-6)
    #expect(abs(logits[3] - 0.7310586) <= 1e-6)
    #expect(OutputActivation.sigmoid(0) == 0.5)
    #expect(OutputActivation.sigmoid(-200) == 0 && OutputActivation.sigmoid(200) == 1)
  }

  @Test func sameMatchesTensorFlow() {
    // Positions and zeros as tf.nn.conv1d pads.
    let cases: [(length: Int, taps: Int, stride: Int, leading: Int, trailing: Int, positions: Int)] = [
      (187, 7, 2, 3, 3, 94), (94, 5, 2, 1, 2, 47), (47, 3, 2, 1, 1, 24), (10, 1, 2, 0, 0, 5), (23, 4, 1, 1, 2, 23),
    ]
    for known in cases {
      let padding = ConvolutionGeometry.Padding.same(length: known.length, taps: known.taps, stride: known.stride)
      #expect(padding == ConvolutionGeometry.Padding(leading: known.leading, trailing: known.trailing))
      let geometry = ConvolutionGeometry(inputLength: known.length, stride: known.stride, padding: padding)
      #expect(geometry.outputLength(taps: known.taps) == known.positions)
    }
  }
}
