import Foundation

/// The metrics of one process at one moment, as its `/metrics` tells them.
struct MetricsReading: Sendable {
  let text: String

  /// The sum of the series of a metric that carry a label.
  func sum(_ metric: String, _ label: String = "") -> Double {
    text.split(separator: "\n").reduce(0) { sum, line in
      guard line.hasPrefix(metric), let space = line.lastIndex(of: " "),
        ["{", " "].contains(line[line.index(line.startIndex, offsetBy: metric.count)]),
        label.isEmpty || line.contains(label)
      else { return sum }
      return sum + (Double(line[line.index(after: space)...]) ?? 0)
    }
  }

  /// A latency as it was since an earlier reading.
  func latency(_ metric: String, since earlier: MetricsReading) -> PipelineLatency? {
    PrometheusHistogram(metric, in: text)?.since(PrometheusHistogram(metric, in: earlier.text)).map {
      PipelineLatency(
        p50Milliseconds: ($0.quantile(0.5) * 1000).rounded(), p99Milliseconds: ($0.quantile(0.99) * 1000).rounded())
    }
  }
}
