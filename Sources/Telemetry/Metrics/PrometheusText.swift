/// Writes the Prometheus text format 0.0.4.
struct PrometheusText {
  private(set) var lines = ""

  mutating func append(_ series: [SeriesName: Double], type: String) {
    var last: String?
    for (name, value) in series.sorted(by: { $0.key < $1.key }) {
      if name.metric != last { lines += "# TYPE \(name.metric) \(type)\n" }
      last = name.metric
      lines += "\(name.metric)\(braces(name.labels)) \(number(value))\n"
    }
  }

  mutating func append(_ series: [SeriesName: HistogramSeries.Snapshot]) {
    var last: String?
    for (name, value) in series.sorted(by: { $0.key < $1.key }) {
      if name.metric != last { lines += "# TYPE \(name.metric) histogram\n" }
      last = name.metric
      var cumulative: UInt64 = 0
      for (bound, count) in zip(HistogramSeries.bounds, value.buckets) {
        cumulative += count
        lines += "\(name.metric)_bucket\(braces(name.labels, "le=\"\(bound)\"")) \(cumulative)\n"
      }
      lines += "\(name.metric)_bucket\(braces(name.labels, "le=\"+Inf\"")) \(value.count)\n"
      lines += "\(name.metric)_sum\(braces(name.labels)) \(number(value.sum))\n"
      lines += "\(name.metric)_count\(braces(name.labels)) \(value.count)\n"
    }
  }

  private func braces(_ labels: String...) -> String {
    let present = labels.filter { !$0.isEmpty }
    return present.isEmpty ? "" : "{\(present.joined(separator: ","))}"
  }

  private func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
  }
}
