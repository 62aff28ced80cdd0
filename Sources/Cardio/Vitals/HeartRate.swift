/// Heart rate from R peaks.
public enum HeartRate {
  /// Seconds over which the heart rate is taken: long enough to ride over one ectopic beat, short enough to follow.
  public static let windowSeconds = 10.0

  /// Beats per minute: 60 over the median of the RR intervals that end within the last ``windowSeconds`` before `now` (seconds).
  ///
  /// `nil` when fewer than two intervals do: the last one seen is then no measurement of the present.
  public static func beatsPerMinute(_ beats: [Beat], now: Double) -> Double? {
    let recent = beats.filter { $0.seconds > now - windowSeconds && $0.seconds <= now }.compactMap(\.rrSeconds)
    guard recent.count >= 2, let median = median(recent), median > 0 else { return nil }
    return 60 / median
  }

  /// The middle of the sorted values (the mean of the two middle ones); `nil` when there are none.
  static func median(_ values: [Double]) -> Double? {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}
