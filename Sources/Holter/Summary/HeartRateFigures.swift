import Cardio

/// Heart rate over a stretch of a recording, in beats a minute.
public struct HeartRateFigures: Hashable, Sendable {
  /// A rate and when it was.
  public struct Extreme: Hashable, Sendable {
    /// Beats a minute.
    public let rate: Double
    /// Where its nine intervals begin, in seconds from the beginning of the recording.
    public let seconds: Double
  }

  /// RR intervals of which the median gives the lowest and highest rate: a single ectopic or missed beat cannot.
  public static let window = 9

  /// 60 over the mean of all RR intervals.
  public let mean: Double
  /// The lowest median of ``window`` intervals in a row; `nil` with fewer.
  public let lowest: Extreme?
  /// The highest.
  public let highest: Extreme?

  /// The figures of beats in a row; `nil` when none has an interval. Extremes leave out intervals at unreadable beats.
  public init?(_ beats: ArraySlice<HolterBeat>) {
    var (sum, count) = (0.0, 0)
    var run: [Double] = []
    run.reserveCapacity(Self.window)
    var (slow, fast): (Extreme?, Extreme?)
    for beat in beats {
      guard let rr = beat.rrSeconds else {
        run.removeAll(keepingCapacity: true)
        continue
      }
      sum += rr
      count += 1
      guard !beat.isUnreadable else {
        run.removeAll(keepingCapacity: true)
        continue
      }
      if run.count == Self.window { run.removeFirst() }
      run.append(rr)
      guard run.count == Self.window else { continue }
      let rate = 60 / run.sorted()[Self.window / 2]
      let start = beat.seconds - run.reduce(0, +)
      if rate < slow?.rate ?? .infinity { slow = Extreme(rate: rate, seconds: start) }
      if rate > fast?.rate ?? 0 { fast = Extreme(rate: rate, seconds: start) }
    }
    guard count > 0, sum > 0 else { return nil }
    mean = 60 * Double(count) / sum
    lowest = slow
    highest = fast
  }
}
