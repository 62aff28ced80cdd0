package import Store

/// The last latencies of a device.
package struct LatencyWindow: Sendable {
  /// How many are kept: three minutes at one chunk in 1.5 s, and half a kibibyte.
  package static let capacity = 128

  private var milliseconds: [Float] = []
  private var oldest = 0

  /// Starts empty.
  package init() {}

  /// Adds one.
  package mutating func add(microseconds: UInt64) {
    let value = Float(microseconds) / 1000
    if milliseconds.count < Self.capacity {
      milliseconds.append(value)
    } else {
      milliseconds[oldest] = value
      oldest = (oldest + 1) % Self.capacity
    }
  }

  /// Nearest-rank percentiles; `nil` while empty.
  package var percentiles: LatencyPercentiles? {
    guard !milliseconds.isEmpty else { return nil }
    let sorted = milliseconds.sorted()
    func rank(_ share: Double) -> Double {
      Double(sorted[max(0, min(sorted.count - 1, Int((share * Double(sorted.count)).rounded(.up)) - 1))])
    }
    return LatencyPercentiles(p50: rank(0.5), p95: rank(0.95), p99: rank(0.99))
  }
}
