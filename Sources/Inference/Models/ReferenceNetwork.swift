internal import CInferenceKernels

/// The reference network's layers in one precision, over a scratch of ``scratchCapacity`` floats.
protocol ReferenceNetwork: Sendable {
  var scratchCapacity: Int { get }
  /// Where a scaled window belongs, in floats.
  var inputOffset: Int { get }
  /// Takes the scaled window at ``inputOffset`` to its features, which are kept as one of ``ReferenceShape/rowsAtOnce`` rows.
  func convolve(_ scratch: UnsafeMutablePointer<Float>, row: Int)
  /// The last sums of the first `rows` rows of features, in the scratch.
  func logits(_ scratch: UnsafeMutablePointer<Float>, rows: Int) -> UnsafePointer<Float>
}

/// In float.
struct FloatReferenceNetwork: ReferenceNetwork {
  let scratchCapacity: Int
  let inputOffset: Int
  private let firstPool: Int
  private let features: Int
  private let hidden: Int
  private let output: Int
  private let workspace: Int

  private let firstConvolution: Convolution1D
  private let secondConvolution: Convolution1D
  private let hiddenLayer: DenseLayer
  private let outputLayer: DenseLayer

  init(_ weights: ReferenceWeights, path: KernelPath) {
    firstConvolution = Convolution1D(weights.firstConvolution, geometry: ReferenceShape.first, path: path)
    secondConvolution = Convolution1D(weights.secondConvolution, geometry: ReferenceShape.second, path: path)
    hiddenLayer = DenseLayer(
      inputCount: ReferenceShape.features, outputCount: ReferenceShape.hidden, weights: weights.hidden.weights,
      bias: weights.hidden.bias, rectifies: true, path: path)
    outputLayer = DenseLayer(
      inputCount: ReferenceShape.hidden, outputCount: 1, weights: weights.output.weights, bias: weights.output.bias,
      rectifies: false, path: path)
    var plan = ScratchPlan()
    inputOffset = plan.input(of: firstConvolution)
    firstPool = plan.input(of: secondConvolution)
    workspace = plan.workspace(of: [firstConvolution, secondConvolution])
    features = plan.floats(ReferenceShape.rowsAtOnce * ReferenceShape.features)
    hidden = plan.floats(ReferenceShape.rowsAtOnce * ReferenceShape.hidden)
    output = plan.floats(ReferenceShape.rowsAtOnce)
    scratchCapacity = plan.capacity
  }

  func convolve(_ scratch: UnsafeMutablePointer<Float>, row: Int) {
    firstConvolution.apply(scratch + inputOffset, into: scratch + firstPool, workspace: scratch + workspace)
    secondConvolution.apply(
      scratch + firstPool, into: scratch + features + row * ReferenceShape.features, workspace: scratch + workspace)
  }

  func logits(_ scratch: UnsafeMutablePointer<Float>, rows: Int) -> UnsafePointer<Float> {
    hiddenLayer.apply(scratch + features, into: scratch + hidden, rows: rows)
    outputLayer.apply(scratch + hidden, into: scratch + output, rows: rows)
    return UnsafePointer(scratch + output)
  }
}

/// The second convolution and the hidden layer, 97 % of the work, in 8 bits; the ends in float.
///
/// A window quantised to 8 bits, or the first three taps so, would cost more accuracy than all the rest, and no less time.
struct QuantizedReferenceNetwork: ReferenceNetwork {
  let scratchCapacity: Int
  let inputOffset: Int
  private let firstPool: Int
  /// In bytes, like `features`.
  private let firstBytes: Int
  private let features: Int
  private let hidden: Int
  private let output: Int

  private let kernels: Kernels
  /// Its outputs are in units of the bytes that they become.
  private let firstConvolution: Convolution1D
  private let secondConvolution: QuantizedConvolution1D
  private let hiddenLayer: QuantizedDenseLayer
  private let outputLayer: DenseLayer

  /// - Parameters:
  ///   - first: the range of the first convolution's output.
  ///   - second: the range of the second convolution's output.
  init(_ weights: ReferenceWeights, path: KernelPath, first: ActivationRange, second: ActivationRange) {
    kernels = path.kernels
    firstConvolution = Convolution1D(
      weights.firstConvolution.dividing(outputsBy: first.scales), geometry: ReferenceShape.first, path: path)
    secondConvolution = QuantizedConvolution1D(
      weights.secondConvolution, geometry: ReferenceShape.second, input: first, output: second, path: path)
    hiddenLayer = QuantizedDenseLayer(
      inputCount: ReferenceShape.features, outputCount: ReferenceShape.hidden, weights: weights.hidden.weights,
      bias: weights.hidden.bias, rectifies: true, input: second, path: path)
    outputLayer = DenseLayer(
      inputCount: ReferenceShape.hidden, outputCount: 1, weights: weights.output.weights, bias: weights.output.bias,
      rectifies: false, path: path)
    var plan = ScratchPlan()
    inputOffset = plan.input(of: firstConvolution)
    firstPool = plan.floats(firstConvolution.outputLength * ReferenceShape.firstChannels)
    firstBytes = plan.input(of: secondConvolution)
    features = plan.bytes(ReferenceShape.rowsAtOnce * ReferenceShape.features)
    hidden = plan.floats(ReferenceShape.rowsAtOnce * ReferenceShape.hidden)
    output = plan.floats(ReferenceShape.rowsAtOnce)
    scratchCapacity = plan.capacity
  }

  func convolve(_ scratch: UnsafeMutablePointer<Float>, row: Int) {
    let bytes = UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: UInt8.self)
    // One input channel: nothing goes through minimal filtering, so no workspace is used.
    firstConvolution.apply(scratch + inputOffset, into: scratch + firstPool, workspace: scratch)
    let count = firstConvolution.outputLength * ReferenceShape.firstChannels
    kernels.functions.quantize(scratch + firstPool, count, 1, 0, bytes + firstBytes)
    secondConvolution.apply(bytes + firstBytes, into: bytes + features + row * ReferenceShape.features)
  }

  func logits(_ scratch: UnsafeMutablePointer<Float>, rows: Int) -> UnsafePointer<Float> {
    let bytes = UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: UInt8.self)
    hiddenLayer.apply(bytes + features, into: scratch + hidden, rows: rows)
    outputLayer.apply(scratch + hidden, into: scratch + output, rows: rows)
    return UnsafePointer(scratch + output)
  }
}
