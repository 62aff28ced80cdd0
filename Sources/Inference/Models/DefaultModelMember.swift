import Cardio

/// One of the default network's members, over working memory of its own layout.
struct DefaultModelMember: Sendable {
  /// Floats of working memory.
  let scratchCapacity: Int
  /// The layer that reads the signals.
  var input: Convolution1D { first }

  private let first: Convolution1D
  private let second: Convolution1D
  private let third: Convolution1D
  private let places: Convolution1D
  private let pooling: GlobalPooling
  private let shape: DenseLayer
  private let context: DenseLayer
  private let joint: DenseLayer
  private let output: DenseLayer

  private let secondInput: Int
  private let thirdInput: Int
  private let placesInput: Int
  private let features: Int
  private let branches: Int
  private let hidden: Int
  private let workspace: Int

  private static let channels = (first: 24, second: 32, third: 48, places: 8)
  private static let branch = 48
  private static let layers = ["conv1", "conv2", "conv3", "places", "shape", "context", "joint", "output"]

  /// The tensors that a member of that name has.
  static func tensorNames(_ prefix: String) -> [String] {
    layers.flatMap { ["\(prefix).\($0).weight", "\(prefix).\($0).bias"] }
  }

  init(_ file: SafetensorsFile, prefix: String, path: KernelPath) throws(WeightsError) {
    let channels = Self.channels
    func convolution(
      _ name: String, inputs: Int, outputs: Int, taps: Int, length: Int, stride: Int
    ) throws(WeightsError) -> Convolution1D {
      let folded = try FoldedConvolution(
        inputChannels: inputs, outputChannels: outputs, taps: taps,
        weights: file.floats("\(prefix).\(name).weight", shape: [outputs, inputs, taps]),
        bias: file.floats("\(prefix).\(name).bias", shape: [outputs]), name: "\(prefix).\(name)")
      return Convolution1D(
        folded,
        geometry: ConvolutionGeometry(inputLength: length, stride: stride, padding: .symmetric(taps / 2)), path: path)
    }
    func dense(_ name: String, inputs: Int, outputs: Int, rectifies: Bool) throws(WeightsError) -> DenseLayer {
      DenseLayer(
        inputCount: inputs, outputCount: outputs,
        weights: try file.floats("\(prefix).\(name).weight", shape: [outputs, inputs]),
        bias: try file.floats("\(prefix).\(name).bias", shape: [outputs]), rectifies: rectifies, path: path)
    }
    first = try convolution(
      "conv1", inputs: BeatContext.signalCount, outputs: channels.first, taps: 7, length: BeatWindow.count, stride: 2)
    second = try convolution(
      "conv2", inputs: channels.first, outputs: channels.second, taps: 5, length: first.outputLength, stride: 2)
    third = try convolution(
      "conv3", inputs: channels.second, outputs: channels.third, taps: 5, length: second.outputLength, stride: 2)
    let positions = third.outputLength
    places = try convolution(
      "places", inputs: channels.third, outputs: channels.places, taps: 1, length: positions, stride: 1)
    pooling = GlobalPooling(length: positions, channels: channels.third, path: path)
    let featureCount = 2 * channels.third + positions * channels.places
    shape = try dense("shape", inputs: featureCount, outputs: Self.branch, rectifies: true)
    context = try dense("context", inputs: BeatContext.measureCount, outputs: Self.branch, rectifies: true)
    joint = try dense("joint", inputs: 2 * Self.branch, outputs: Self.branch, rectifies: true)
    output = try dense("output", inputs: Self.branch, outputs: BeatClass.allCases.count, rectifies: false)
    var plan = ScratchPlan()
    secondInput = plan.input(of: second)
    thirdInput = plan.input(of: third)
    placesInput = plan.input(of: places)
    features = plan.floats(featureCount)
    branches = plan.floats(2 * Self.branch)
    hidden = plan.floats(Self.branch)
    workspace = plan.workspace(of: [first, second, third, places])
    scratchCapacity = plan.capacity
  }

  /// - Parameters:
  ///   - signals: `[187][2]` in a place for ``input``.
  ///   - measures: standardised.
  ///   - sums: room for five floats.
  ///   - work: ``scratchCapacity`` floats.
  func apply(
    signals: UnsafeMutablePointer<Float>, measures: UnsafePointer<Float>, into sums: UnsafeMutablePointer<Float>,
    work: UnsafeMutablePointer<Float>
  ) {
    let channels = Self.channels
    first.apply(signals, into: work + secondInput, workspace: work + workspace)
    second.apply(work + secondInput, into: work + thirdInput, workspace: work + workspace)
    third.apply(work + thirdInput, into: work + placesInput, workspace: work + workspace)
    pooling.apply(work + placesInput, mean: work + features, maximum: work + features + channels.third)
    places.apply(work + placesInput, into: work + features + 2 * channels.third, workspace: work + workspace)
    shape.apply(work + features, into: work + branches)
    context.apply(measures, into: work + branches + Self.branch)
    joint.apply(work + branches, into: work + hidden)
    output.apply(work + hidden, into: sums)
  }
}
