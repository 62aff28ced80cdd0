import Cardio

/// Intervals by resampling whole records: beats of one patient resemble each other, and resampling beats would pretend to
/// thousands of independent patients (Efron & Tibshirani 1993, §6 and §13: percentile intervals).
public struct RecordBootstrap: Hashable, Sendable {
  /// How often the records are drawn.
  public static let standardResamples = 1_000

  /// One rate's interval.
  public struct Interval: Hashable, Sendable {
    /// Where a report has the rate, such as `["classes", "V", "f1"]`.
    public let path: [String]
    /// The 2.5th percentile over the draws in which the rate is defined.
    public let lower: Double
    /// The 97.5th percentile.
    public let upper: Double
  }

  /// The seed of the draws: the same records give the same intervals.
  public let seed: UInt64
  /// How often the records were drawn.
  public let resamples: Int
  /// The intervals of all rates that are defined in some draw, in the order of the report.
  public let intervals: [Interval]

  /// Draws as many records as there are, with replacement, `resamples` times; `nil` with fewer than two records.
  ///
  /// - Parameters:
  ///   - tallies: Each record's counts.
  ///   - ranking: The same records' beats by P(abnormal).
  ///   - threshold: From which P(abnormal) on a beat is called abnormal.
  ///   - resamples: How many draws.
  ///   - seed: From which the draws follow.
  public init?(
    _ tallies: [BeatTally], ranking: AbnormalRanking, threshold: Float, resamples: Int = standardResamples,
    seed: UInt64 = 1
  ) {
    guard tallies.count > 1, resamples > 0 else { return nil }
    var generator = SeededGenerator(seed: seed)
    var paths: [[String]] = []
    var draws: [[Double]] = []
    for _ in 0..<resamples {
      var times = [Int](repeating: 0, count: tallies.count)
      for _ in tallies.indices { times[Int.random(in: tallies.indices, using: &generator)] += 1 }
      var sum = BeatTally()
      for (tally, count) in zip(tallies, times) where count > 0 { sum.add(tally, times: count) }
      let rates = BeatFigures(sum, auc: ranking.area(times: times), threshold: threshold).rates
      if paths.isEmpty {
        paths = rates.map(\.path)
        draws = rates.map { _ in [] }
      }
      for (place, rate) in rates.enumerated() {
        if let value = rate.value { draws[place].append(value) }
      }
    }
    self.seed = seed
    self.resamples = resamples
    intervals = zip(paths, draws).compactMap { path, values in
      guard !values.isEmpty else { return nil }
      let sorted = values.sorted()
      return Interval(path: path, lower: Self.quantile(0.025, of: sorted), upper: Self.quantile(0.975, of: sorted))
    }
  }

  /// The interval of the rate at `path`.
  public subscript(path: String...) -> Interval? { intervals.first { $0.path == path } }

  /// The quantile of ascending values, on a straight line between the two nearest.
  private static func quantile(_ share: Double, of sorted: [Double]) -> Double {
    let place = share * Double(sorted.count - 1)
    let below = Int(place)
    let above = min(below + 1, sorted.count - 1)
    return sorted[below] + (sorted[above] - sorted[below]) * (place - Double(below))
  }
}
