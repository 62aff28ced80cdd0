import Foundation
import Inference
import Testing

/// What must hold for every precision on every kernel path that this machine has.
@Suite struct PrecisionTests {
  private func classify(_ classifier: BeatClassifier, _ windows: [[Float]]) -> [Float] {
    var scratch = classifier.makeScratch()
    var probabilities = [Float](repeating: -1, count: windows.count)
    windows.flatMap { $0 }.withUnsafeBufferPointer { all in
      probabilities.withUnsafeMutableBufferPointer { classifier.classify(windows: all, into: $0, scratch: &scratch) }
    }
    return probabilities
  }

  /// Bits, so that NaN equals itself.
  private func bits(_ values: [Float]) -> [UInt32] { values.map { $0.isNaN ? .max : $0.bitPattern } }

  @Test(arguments: ModelPrecision.allCases, KernelPath.supported)
  func aBatchAnswersToTheBitAsOneByOne(precision: ModelPrecision, path: KernelPath) throws {
    let classifier = try BeatClassifier(precision: precision, path: path)
    var windows = try GoldenSetTests.load().cases.map(\.window)
    windows[0][5] = .nan
    windows[9][186] = .infinity
    windows[10] = [Float](repeating: .greatestFiniteMagnitude, count: 187)
    var scratch = classifier.makeScratch()
    let alone = windows.map { $0.withUnsafeBufferPointer { classifier.classify(window: $0, scratch: &scratch) } }
    #expect(alone[0].isNaN && alone[9].isNaN && alone[10].isNaN)
    for count in [0, 1, 2, 7, 8, 9, 17, windows.count] {
      #expect(bits(classify(classifier, Array(windows[..<count]))) == bits(Array(alone[..<count])), "\(count) beats")
    }
  }

  @Test(arguments: KernelPath.supported)
  func eightBitsAgreeWithTheFramework(path: KernelPath) throws {
    let golden = try GoldenSetTests.load()
    let answers = classify(try BeatClassifier(precision: .int8, path: path), golden.cases.map(\.window))
    for (beat, answer) in zip(golden.cases, answers) {
      // Windows that no heart makes lie outside the ranges that were calibrated.
      let tolerance: Float = beat.name.contains(" beat of record ") ? 0.02 : 0.1
      #expect(abs(answer - beat.probability) <= tolerance, "\(beat.name): \(answer) instead of \(beat.probability)")
    }
  }

  @Test(arguments: ModelPrecision.allCases)
  func pathsAgreeWithEachOther(precision: ModelPrecision) throws {
    let windows = try GoldenSetTests.load().cases.map(\.window)
    let reference = classify(try BeatClassifier(precision: precision, path: .plain), windows)
    for path in KernelPath.supported {
      let answers = classify(try BeatClassifier(precision: precision, path: path), windows)
      // In 8 bits a rounding of the float layer before may move a byte by one.
      let tolerance: Float = precision == .float32 ? 1e-6 : 2e-3
      for (answer, expected) in zip(answers, reference) { #expect(abs(answer - expected) <= tolerance, "\(path)") }
    }
  }

  @Test(arguments: ModelPrecision.allCases, KernelPath.supported)
  func extremeAmplitudesStayProbabilities(precision: ModelPrecision, path: KernelPath) throws {
    let amplitudes: [Float] = [0, 1e-38, 1e-30, 1, 1e30, 1e35]
    let windows = amplitudes.map { amplitude in (0..<187).map { $0 % 7 == 0 ? amplitude : -amplitude } }
    for (amplitude, answer) in zip(amplitudes, classify(try BeatClassifier(precision: precision, path: path), windows))
    {
      #expect((0...1).contains(answer), "amplitude \(amplitude) gives \(answer)")
    }
  }

  @Test(arguments: [
    "activation_maxima_conv1\":\"", "activation_maxima_conv1\":\"nan,", "activation_means_conv2\":\"-1,",
    "activation_means_conv1\":\"1e300,", "activation_maxima_conv2\":\",", "no_such_key\":\"",
  ])
  func rangesThatMakeNoSenseAreRefused(spoilt: String) throws {
    let key = spoilt.prefix { $0 != "\"" }
    let bytes = WeightsSample.bundled { header in
      guard key != "no_such_key" else { return header.replacing("activation_maxima_conv1", with: "no_such_key") }
      return header.replacing("\(key)\":\"", with: spoilt + "0,")
    }
    #expect(throws: WeightsError(code: .invalidMetadata)) {
      try BeatClassifier(weights: .bytes(bytes), precision: .int8)
    }
    // In float they are not needed.
    #expect(throws: Never.self) { try BeatClassifier(weights: .bytes(bytes)) }
  }

  @Test(
    arguments: ["conv1.weight", "conv2.weight", "conv2.bias", "dense1.weight", "dense2.bias"], [Float(3e37), -3e37, 0])
  func weightsOfAnySizeNeverTrapInEightBits(tensor: String, value: Float) throws {
    let bytes = try WeightsSample.bundled(first: value, of: tensor)
    let windows = try GoldenSetTests.load().cases.map(\.window)
    do throws(WeightsError) {
      let answers = classify(try BeatClassifier(weights: .bytes(bytes), precision: .int8), windows)
      #expect(answers.allSatisfy { $0.isNaN || (0...1).contains($0) })
    } catch {
      #expect(error.code == .nonFiniteWeight)
    }
  }
}
