/// What a monitor shows of a session at one moment.
public struct Vitals: Hashable, Sendable, Codable {
  /// Beats a minute; `nil` when the last ten seconds hold too few beats to measure one.
  public let heartRate: Double?
  /// Variability over the beats given; `nil` when there are too few.
  public let variability: HeartRateVariability?
  /// R peaks in the last ten seconds.
  public let rPeakCount: Int
  /// The time since the last R peak in seconds; `nil` when there is none.
  public let secondsSinceLastBeat: Double?

  /// The vitals at one moment.
  ///
  /// - Parameters:
  ///   - beats: The session's latest beats, in order of time.
  ///   - isSinus: For each beat whether it is a sinus beat; an interval counts as NN when both its ends are. All by
  ///     default.
  ///   - now: The moment, in seconds on the session's timeline.
  public init(beats: [Beat], isSinus: [Bool]? = nil, now: Double) {
    heartRate = HeartRate.beatsPerMinute(beats, now: now)
    rPeakCount = beats.count { $0.seconds > now - HeartRate.windowSeconds && $0.seconds <= now }
    secondsSinceLastBeat = beats.last.map { max(0, now - $0.seconds) }
    let intervals = beats.indices.map { index -> Double? in
      guard index > 0, let isSinus, isSinus.count == beats.count else { return beats[index].rrSeconds }
      return isSinus[index] && isSinus[index - 1] ? beats[index].rrSeconds : nil
    }
    variability = HeartRateVariability(nnSeconds: intervals)
  }
}
