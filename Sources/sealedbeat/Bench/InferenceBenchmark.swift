import ArgumentParser
import Foundation
import Inference

/// Classifies the same beats with every precision, kernel path and batch size in turn, and takes the time of each.
struct InferenceBenchmark {
  /// Beats of the largest batch: its windows take 3 MiB.
  static let maximumBatch = 4096
  /// Beats of a block at least: some 0.1 to 2 ms, which a clock resolves and an interruption seldom meets.
  private static let beatsOfBlock = 64

  let weights: ModelWeights
  let precisions: [ModelPrecision]
  let paths: [KernelPath]
  let batches: [Int]
  let repetitions: Int
  /// Samples without gaps; made ones when `nil`.
  let windows: [Float]?

  private struct Combination {
    let classifier: BeatClassifier
    let precision: ModelPrecision
    let path: KernelPath
    let batch: Int
  }

  /// The tensor `windows` of a safetensors file.
  static func windows(ofFile path: String) throws -> [Float] {
    let file = try ModelWeights.file(path: path).load()
    let count = file.tensors["windows"]?.shape.first ?? 1
    guard count > 0 else { throw ValidationError("\(path) has no beats.") }
    return try file.floats("windows", shape: [count, 187])
  }

  /// Beats that differ from each other: an R wave of varying width on a wandering baseline.
  private static func madeWindows(count: Int) -> [Float] {
    (0..<count).flatMap { beat in
      (0..<187).map { sample in
        let offset = Float(sample - 62) / (2 + Float(beat % 7))
        return 1000 * exp(-offset * offset) + 50 * sin(Float(sample * (beat + 3)) / 40)
      }
    }
  }

  func run() throws -> (report: InferenceReport, answers: SafetensorsWriter) {
    var combinations: [Combination] = []
    var answers = SafetensorsWriter(metadata: ["content": "sealedbeat-probabilities-1"])
    let block = max(Self.beatsOfBlock, batches.max() ?? 1)
    let given = windows ?? Self.madeWindows(count: block)
    for precision in precisions {
      for path in paths {
        let classifier = try BeatClassifier(weights: weights, precision: precision, path: path)
        let probabilities = classify(given, with: classifier)
        answers.append("\(precision.rawValue)_\(path.rawValue)", shape: [probabilities.count], probabilities)
        combinations += batches.map {
          Combination(classifier: classifier, precision: precision, path: path, batch: $0)
        }
      }
    }
    var report = InferenceReport()
    let times = measure(combinations, windows: given, block: block)
    for (combination, times) in zip(combinations, times) {
      report.results.append(
        InferenceReport.Result(
          model: type(of: combination.classifier.model).identifier, precision: combination.precision,
          kernel: combination.path, batch: combination.batch, microseconds: times))
    }
    return (report, answers)
  }

  private func classify(_ windows: [Float], with classifier: BeatClassifier) -> [Float] {
    var scratch = classifier.makeScratch()
    var probabilities = [Float](repeating: 0, count: windows.count / classifier.windowLength)
    windows.withUnsafeBufferPointer { windows in
      probabilities.withUnsafeMutableBufferPointer {
        classifier.classify(windows: windows, into: $0, scratch: &scratch)
      }
    }
    return probabilities
  }

  /// Microseconds per beat of every block, for each combination. Blocks of different combinations alternate.
  private func measure(_ combinations: [Combination], windows given: [Float], block: Int) -> [[Double]] {
    let length = 187
    let count = given.count / length
    let windows = (0..<block).flatMap { beat in given[((beat % count) * length)..<((beat % count + 1) * length)] }
    var probabilities = [Float](repeating: 0, count: block)
    var times = combinations.map { _ in [Double]() }
    for repetition in 0...repetitions {
      for (index, combination) in combinations.enumerated() {
        var scratch = combination.classifier.makeScratch()
        let time = windows.withUnsafeBufferPointer { windows in
          probabilities.withUnsafeMutableBufferPointer { probabilities in
            // Twice: the first time brings weights and code back to the caches that the combination before took.
            Self.classify(windows, into: probabilities, combination, &scratch)
            let start = ContinuousClock.now
            Self.classify(windows, into: probabilities, combination, &scratch)
            return ContinuousClock.now - start
          }
        }
        // The first round warms up what is made on first use.
        guard repetition > 0 else { continue }
        let beats = block / combination.batch * combination.batch
        times[index].append(Double(time.components.attoseconds) / 1e12 / Double(beats))
      }
    }
    return times
  }

  /// As many whole batches as the windows make.
  private static func classify(
    _ windows: UnsafeBufferPointer<Float>, into probabilities: UnsafeMutableBufferPointer<Float>,
    _ combination: Combination, _ scratch: inout InferenceScratch
  ) {
    let length = combination.classifier.windowLength
    var beat = 0
    while beat + combination.batch <= probabilities.count {
      let end = beat + combination.batch
      let samples = UnsafeBufferPointer(rebasing: windows[(beat * length)..<(end * length)])
      if combination.batch == 1 {
        probabilities[beat] = combination.classifier.classify(window: samples, scratch: &scratch)
      } else {
        combination.classifier.classify(
          windows: samples, into: UnsafeMutableBufferPointer(rebasing: probabilities[beat..<end]), scratch: &scratch)
      }
      beat = end
    }
  }
}
