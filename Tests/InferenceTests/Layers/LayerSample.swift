import Inference
import Testing

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

/// A convolution to try, and what its definition yields.
struct ConvolutionSample: Sendable, CustomTestStringConvertible {
  var length: Int
  var inputs: Int
  var outputs: Int
  var taps: Int
  var stride = 1
  var padding = ConvolutionGeometry.Padding.valid
  var pools = false
  var rectifies = true

  var testDescription: String {
    "\(length)×\(inputs) → \(outputs), \(taps) taps, stride \(stride), \(padding.leading)+\(padding.trailing) zeros"
      + (pools ? ", pooled" : "") + (rectifies ? "" : ", linear")
  }

  var geometry: ConvolutionGeometry {
    ConvolutionGeometry(inputLength: length, stride: stride, padding: padding, pools: pools)
  }

  /// Sizes of the models that ship, and others that fit no register block.
  static let all: [ConvolutionSample] = [
    ConvolutionSample(length: 187, inputs: 1, outputs: 32, taps: 3, pools: true),
    ConvolutionSample(length: 92, inputs: 32, outputs: 64, taps: 3, pools: true),
    ConvolutionSample(length: 92, inputs: 32, outputs: 64, taps: 3, rectifies: false),
    ConvolutionSample(length: 47, inputs: 17, outputs: 50, taps: 3, padding: .symmetric(1)),
    ConvolutionSample(length: 6, inputs: 16, outputs: 16, taps: 3),
    ConvolutionSample(length: 7, inputs: 40, outputs: 33, taps: 3, padding: .symmetric(1), pools: true),
    ConvolutionSample(length: 187, inputs: 3, outputs: 32, taps: 7, stride: 2, padding: .symmetric(3)),
    ConvolutionSample(
      length: 94, inputs: 32, outputs: 48, taps: 5, stride: 2, padding: .same(length: 94, taps: 5, stride: 2)),
    ConvolutionSample(length: 47, inputs: 48, outputs: 96, taps: 3, stride: 2, padding: .symmetric(1)),
    ConvolutionSample(length: 24, inputs: 96, outputs: 80, taps: 1),
    ConvolutionSample(length: 1, inputs: 5, outputs: 3, taps: 1),
    ConvolutionSample(length: 2, inputs: 3, outputs: 17, taps: 9, padding: .symmetric(4), rectifies: false),
    ConvolutionSample(length: 9, inputs: 2, outputs: 1, taps: 9),
    ConvolutionSample(length: 31, inputs: 7, outputs: 20, taps: 2, stride: 2, pools: true),
    ConvolutionSample(length: 23, inputs: 4, outputs: 16, taps: 4, padding: .same(length: 23, taps: 4, stride: 1)),
    ConvolutionSample(length: 40, inputs: 1, outputs: 24, taps: 6, stride: 2),
    ConvolutionSample(length: 33, inputs: 6, outputs: 65, taps: 8, padding: .symmetric(2), pools: true),
  ]

  /// The convolution before the pool at `[position][output]`, in double precision, with these weights.
  func definition(
    input: [Double], weights: [Double], bias: [Double]
  ) -> [Double] {
    let positions = (length + padding.leading + padding.trailing - taps) / stride + 1
    return (0..<positions).flatMap { position in
      (0..<outputs).map { output in
        var sum = bias[output]
        for tap in 0..<taps {
          let row = position * stride + tap - padding.leading
          guard (0..<length).contains(row) else { continue }
          for channel in 0..<inputs {
            sum += weights[(output * inputs + channel) * taps + tap] * input[row * inputs + channel]
          }
        }
        return sum
      }
    }
  }

  /// ReLU and MaxPool 2 of ``definition(input:weights:bias:)``, as far as they are asked for.
  func finished(_ sums: [Double]) -> [Double] {
    let activated = rectifies ? sums.map { max(0, $0) } : sums
    guard pools else { return activated }
    return (0..<(sums.count / outputs / 2)).flatMap { pair in
      (0..<outputs).map { max(activated[2 * pair * outputs + $0], activated[(2 * pair + 1) * outputs + $0]) }
    }
  }
}

/// Memory with a canary on either side, so that a kernel that writes outside its output is seen.
struct Guarded<Element: BitwiseCopyable & Equatable>: ~Copyable {
  private static var margin: Int { 128 }
  private let canary: Element
  private let memory: UnsafeMutablePointer<Element>
  private let count: Int

  init(count: Int, canary: Element) {
    self.count = count
    self.canary = canary
    let size = (count + 2 * Self.margin) * MemoryLayout<Element>.stride
    memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
      .bindMemory(to: Element.self, capacity: count + 2 * Self.margin)
    memory.initialize(repeating: canary, count: count + 2 * Self.margin)
  }

  deinit { memory.deallocate() }

  var start: UnsafeMutablePointer<Element> { memory + Self.margin }
  var values: [Element] { Array(UnsafeBufferPointer(start: start, count: count)) }

  /// Nothing beside the output was written.
  func expectIntact() {
    let isIntact = (0..<Self.margin).allSatisfy {
      memory[$0] == canary && memory[Self.margin + count + $0] == canary
    }
    #expect(isIntact)
  }
}

/// A scratch of a plan, full of what would spoil any sum that reads it.
struct SpoiltScratch: ~Copyable {
  let floats: UnsafeMutablePointer<Float>

  init(_ plan: ScratchPlan) {
    floats = UnsafeMutableRawPointer.allocate(byteCount: plan.capacity * 4, alignment: 64)
      .bindMemory(to: Float.self, capacity: plan.capacity)
    floats.initialize(repeating: .nan, count: plan.capacity)
  }

  deinit { floats.deallocate() }

  var bytes: UnsafeMutablePointer<UInt8> { UnsafeMutableRawPointer(floats).assumingMemoryBound(to: UInt8.self) }
}
