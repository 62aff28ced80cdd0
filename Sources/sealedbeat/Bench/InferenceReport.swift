import Foundation
import Inference

/// What ``InferenceBenchmark`` measured.
struct InferenceReport: Encodable {
  /// One precision, kernel path and batch size.
  struct Result: Encodable {
    let model: String
    let precision: String
    let kernel: String
    let batch: Int
    /// The median block.
    let microsecondsPerBeat: Double
    let minimumMicroseconds: Double
    /// The 10th percentile.
    let lowMicroseconds: Double
    /// The 90th percentile.
    let highMicroseconds: Double

    /// - Parameter microseconds: per beat, of each block; at least one.
    init(model: String, precision: ModelPrecision, kernel: KernelPath, batch: Int, microseconds: [Double]) {
      self.model = model
      self.precision = precision.rawValue
      self.kernel = kernel.rawValue
      self.batch = batch
      let sorted = microseconds.sorted()
      func percentile(_ share: Double) -> Double {
        let value = sorted[min(Int(share * Double(sorted.count)), sorted.count - 1)]
        return (value * 1000).rounded() / 1000
      }
      microsecondsPerBeat = percentile(0.5)
      minimumMicroseconds = percentile(0)
      lowMicroseconds = percentile(0.1)
      highMicroseconds = percentile(0.9)
    }
  }

  let machine = PipelineMachine()
  let loadAverageBefore = PipelineMachine.loadAverage
  var results: [Result] = []

  private enum CodingKeys: String, CodingKey {
    case machine
    case loadAverageBefore
    case results
  }

  /// For people.
  var table: String {
    func column(_ text: String, _ width: Int) -> String { text.padding(toLength: width, withPad: " ", startingAt: 0) }
    var lines = [
      "\(machine.processor), one thread, load average \(loadAverageBefore); µs per beat",
      "model                          precision  kernel   batch    median   minimum   10 % … 90 %",
    ]
    for result in results {
      lines.append(
        column(result.model, 31) + column(result.precision, 11) + column(result.kernel, 9)
          + String(
            format: "%5d %9.2f %9.2f   %.2f … %.2f", result.batch, result.microsecondsPerBeat,
            result.minimumMicroseconds, result.lowMicroseconds, result.highMicroseconds))
    }
    return lines.joined(separator: "\n")
  }
}
