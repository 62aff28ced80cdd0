import Inference
import Testing

/// Every 8-bit kernel of every path against integer arithmetic written naively, to the bit.
@Suite struct QuantizedLayerTests {
  /// The layer's arithmetic by its definition: weights times input scales, a scale for each output.
  private struct Definition {
    let scales: [Double]
    let weights: [Double]
    let bias: [Double]

    /// - Parameters:
    ///   - weights: `[outputs][depth]`.
    ///   - inputScale: of an element of a row.
    init(weights: [Float], bias: [Float], outputs: Int, inputScale: (Int) -> Double) {
      let depth = weights.count / outputs
      let scaled = weights.enumerated().map { Double($1) * inputScale($0 % depth) }
      let scales = (0..<outputs).map { output in
        let largest = scaled[(output * depth)..<((output + 1) * depth)].map(abs).max() ?? 0
        return max(largest / 127, Double(Float.leastNormalMagnitude))
      }
      self.scales = scales
      self.weights = scaled.enumerated().map { ($1 / scales[$0 / depth]).rounded() }
      self.bias = bias.enumerated().map { (Double($1) / scales[$0]).rounded() }
    }
  }

  /// Two ranges of as many channels, each channel's a little different.
  private static func ranges(channels: Int) -> [ActivationRange] {
    let maxima = (0..<channels).map { 1 + Double($0 % 5) / 8 }
    return [ActivationRange(upTo: maxima), ActivationRange(symmetric: maxima)]
  }

  @Test(arguments: KernelPath.supported, ConvolutionSample.all.filter(\.rectifies))
  func convolutionIsExact(path: KernelPath, sample: ConvolutionSample) throws {
    var numbers = Numbers(state: 91)
    let weights = numbers.floats(sample.outputs * sample.inputs * sample.taps)
    let bias = numbers.floats(sample.outputs)
    let input = (0..<(sample.length * sample.inputs)).map { _ in UInt8.random(in: 0...255, using: &numbers) }
    let folded = try FoldedConvolution(
      inputChannels: sample.inputs, outputChannels: sample.outputs, taps: sample.taps, weights: weights, bias: bias,
      name: "layer")
    let largest = Double(sample.taps * sample.inputs).squareRoot() / 2
    let outputRange = ActivationRange(upTo: (0..<sample.outputs).map { largest * (1 + Double($0 % 3) / 4) })
    for inputRange in Self.ranges(channels: sample.inputs) {
      // The weights' order is [output][input][tap].
      let definition = Definition(weights: weights, bias: bias, outputs: sample.outputs) {
        inputRange.scales[$0 / sample.taps]
      }
      let sums = sample.definition(
        input: input.map { Double($0) - Double(inputRange.zeroPoint) }, weights: definition.weights,
        bias: definition.bias)
      let expected = sample.finished(sums).enumerated().map { index, sum -> UInt8 in
        let channel = index % sample.outputs
        let factor = Float(definition.scales[channel] / outputRange.scales[channel])
        return UInt8(min(max(Float(sum) * factor, 0), 255) + 0.5)
      }
      let layer = QuantizedConvolution1D(
        folded, geometry: sample.geometry, input: inputRange, output: outputRange, path: path)
      var plan = ScratchPlan()
      let place = plan.input(of: layer)
      let scratch = SpoiltScratch(plan)
      let output = Guarded<UInt8>(count: expected.count, canary: 0xA5)
      for (index, value) in input.enumerated() { scratch.bytes[place + index] = value }
      layer.apply(scratch.bytes + place, into: output.start)
      output.expectIntact()
      #expect(output.values == expected)
    }
  }

  @Test(arguments: KernelPath.supported, [(2880, 32), (32, 1), (1, 1), (7, 17), (33, 16), (150, 64), (255, 5)])
  func denseIsExact(path: KernelPath, size: (inputs: Int, outputs: Int)) {
    var numbers = Numbers(state: 17)
    let rows = 11
    let weights = numbers.floats(size.inputs * size.outputs)
    let bias = numbers.floats(size.outputs)
    let input = (0..<(rows * size.inputs)).map { _ in UInt8.random(in: 0...255, using: &numbers) }
    for range in Self.ranges(channels: size.inputs) {
      let definition = Definition(weights: weights, bias: bias, outputs: size.outputs) { range.scales[$0] }
      let layer = QuantizedDenseLayer(
        inputCount: size.inputs, outputCount: size.outputs, weights: weights, bias: bias, rectifies: true,
        input: range, path: path)
      var plan = ScratchPlan()
      let place = plan.bytes(input.count)
      let scratch = SpoiltScratch(plan)
      for (index, value) in input.enumerated() { scratch.bytes[place + index] = value }
      let output = Guarded<Float>(count: rows * size.outputs, canary: 12345.678)
      layer.apply(scratch.bytes + place, into: output.start, rows: rows)
      output.expectIntact()
      for row in 0..<rows {
        for unit in 0..<size.outputs {
          let sum = (0..<size.inputs).reduce(0.0) {
            let value = Double(input[row * size.inputs + $1]) - Double(range.zeroPoint)
            return $0 + value * definition.weights[unit * size.inputs + $1]
          }
          let product = Float(sum) * Float(definition.scales[unit])
          #expect(output.values[row * size.outputs + unit] == max(0, product + bias[unit]), "row \(row), unit \(unit)")
        }
        let alone = Guarded<Float>(count: size.outputs, canary: 12345.678)
        layer.apply(scratch.bytes + place + row * size.inputs, into: alone.start)
        #expect(alone.values == Array(output.values[(row * size.outputs)..<((row + 1) * size.outputs)]))
      }
    }
  }

  @Test func hugeBiasesAndWeightsSaturateInsteadOfWrapping() throws {
    let folded = try FoldedConvolution(
      inputChannels: 1, outputChannels: 3, taps: 1, weights: [1e-30, 1e30, 0], bias: [1e30, -1e30, 0.5], name: "layer")
    for path in KernelPath.supported {
      let layer = QuantizedConvolution1D(
        folded, geometry: ConvolutionGeometry(inputLength: 1), input: ActivationRange(upTo: [1]),
        output: ActivationRange(upTo: [1, 1, 1]), path: path)
      var plan = ScratchPlan()
      let place = plan.input(of: layer)
      let scratch = SpoiltScratch(plan)
      scratch.bytes[place] = 255
      let output = Guarded<UInt8>(count: 3, canary: 0xA5)
      layer.apply(scratch.bytes + place, into: output.start)
      #expect(output.values[0] == 255 && output.values[1] <= 1 && output.values[2] == 128, "\(path)")
    }
  }
}
