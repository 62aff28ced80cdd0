import Foundation

/// What a demo did, written at its end.
struct DemoSummary: Codable {
  var recordings: Bool
  var patients: Int
  var seconds: Double
  var chunksSealed: Int
  var chunksCommitted: Int
  var chunksAnalysed: Int
  var lost: Int
  var beats: Int
  var abnormalBeats: Int
  var alertsOpened: Int
  var mailsDelivered: Int
  var webhooksDelivered: Int
  var captureToCommitMilliseconds: Latency?
  var captureToFindingMilliseconds: Latency?

  /// From the end of a chunk's last sample, as the Prometheus histograms tell it.
  struct Latency: Codable {
    var p50: Double
    var p99: Double
  }

  /// Lines for a person.
  var lines: [String] {
    func latency(_ value: Latency?) -> String {
      value.map { "p50 \(Int($0.p50)) ms, p99 \(Int($0.p99)) ms" } ?? "not measured"
    }
    return [
      "chunks      sealed \(chunksSealed), committed \(chunksCommitted), analysed \(chunksAnalysed), lost \(lost)",
      "beats       \(beats), of which abnormal \(abnormalBeats)",
      "alerts      \(alertsOpened) opened; delivered: \(mailsDelivered) mails, \(webhooksDelivered) webhooks",
      "latency     capture to commit: \(latency(captureToCommitMilliseconds))",
      "            capture to finding: \(latency(captureToFindingMilliseconds))",
    ]
  }
}

/// Reads a quantile from a Prometheus histogram, by linear interpolation within the bucket as `histogram_quantile` does.
struct PrometheusHistogram {
  private var buckets: [(bound: Double, count: Double)] = []

  /// - Parameter name: the metric's name without `_bucket`; series of all labels are added up.
  init?(_ name: String, in text: String) {
    var counts: [Double: Double] = [:]
    for line in text.split(separator: "\n") where line.hasPrefix(name + "_bucket{") {
      guard let start = line.range(of: "le=\""), let end = line[start.upperBound...].firstIndex(of: "\""),
        let space = line.lastIndex(of: " "), let count = Double(line[line.index(after: space)...])
      else { continue }
      let bound = line[start.upperBound..<end]
      counts[bound == "+Inf" ? .infinity : Double(bound) ?? .infinity, default: 0] += count
    }
    buckets = counts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    guard let last = buckets.last, last.count > 0 else { return nil }
  }

  /// What was observed since an earlier reading of the same series; `nil` if nothing was.
  func since(_ earlier: PrometheusHistogram?) -> PrometheusHistogram? {
    guard let earlier else { return self }
    var difference = self
    for (index, bucket) in earlier.buckets.enumerated() where index < buckets.count {
      difference.buckets[index].count -= bucket.count
    }
    guard let last = difference.buckets.last, last.count > 0 else { return nil }
    return difference
  }

  /// The value below which a share of the observations lies.
  func quantile(_ share: Double) -> Double {
    guard let total = buckets.last?.count else { return .nan }
    let rank = share * total
    var lower = (bound: 0.0, count: 0.0)
    for bucket in buckets {
      if bucket.count >= rank {
        guard bucket.bound.isFinite else { return lower.bound }
        let inside = bucket.count - lower.count
        let position = inside > 0 ? (rank - lower.count) / inside : 1
        return lower.bound + (bucket.bound - lower.bound) * position
      }
      lower = bucket
    }
    return lower.bound
  }
}
