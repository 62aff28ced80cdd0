internal import CoreMetrics
internal import Synchronization

/// A value that only grows.
final class CounterSeries: CounterHandler, FloatingPointCounterHandler {
  private let total = Mutex(0.0)
  var value: Double { total.withLock { $0 } }

  func increment(by amount: Int64) { total.withLock { $0 += Double(amount) } }
  func increment(by amount: Double) { total.withLock { $0 += amount } }
  func reset() { total.withLock { $0 = 0 } }
}

/// A value that goes up and down.
final class GaugeSeries: MeterHandler, RecorderHandler {
  private let current = Mutex(0.0)
  var value: Double { current.withLock { $0 } }

  func set(_ value: Int64) { current.withLock { $0 = Double(value) } }
  func set(_ value: Double) { current.withLock { $0 = value } }
  func increment(by amount: Double) { current.withLock { $0 += amount } }
  func decrement(by amount: Double) { current.withLock { $0 -= amount } }
  func record(_ value: Int64) { set(value) }
  func record(_ value: Double) { set(value) }
}

/// A distribution in fixed buckets.
final class HistogramSeries: TimerHandler, RecorderHandler {
  /// Upper bounds: three a decade from 10 µs to 100 s when the unit is the second; the same serve sizes.
  static let bounds: [Double] = [
    0.00001, 0.00002, 0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5,
    10, 20, 50, 100, 1000, 10_000,
  ]

  struct Snapshot: Sendable {
    var buckets: [UInt64]
    var sum: Double
    var count: UInt64
  }

  private let unitsPerRecord: Double
  private let state = Mutex(Snapshot(buckets: Array(repeating: 0, count: bounds.count), sum: 0, count: 0))

  init(unitsPerRecord: Double) { self.unitsPerRecord = unitsPerRecord }

  func snapshot() -> Snapshot { state.withLock { $0 } }
  func recordNanoseconds(_ duration: Int64) { add(Double(duration) * unitsPerRecord) }
  func record(_ value: Int64) { add(Double(value) * unitsPerRecord) }
  func record(_ value: Double) { add(value * unitsPerRecord) }

  private func add(_ value: Double) {
    let bucket = Self.bounds.firstIndex { value <= $0 }
    state.withLock {
      if let bucket { $0.buckets[bucket] += 1 }
      $0.sum += value
      $0.count += 1
    }
  }
}
