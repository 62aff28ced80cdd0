public import Store

/// Whether the machine's clock can be believed: everything is old to a clock that is a year ahead.
public enum RetentionClock {
  /// Rounds come once an hour. After a longer pause than this (the service was off, or the clock was moved) a person must say
  /// that the time is right, with `sealedbeat retention run`.
  public static let longestPauseDays = 7
  /// A clock may be set back by so much.
  public static let tolerance: UnixMicroseconds = 3_600_000_000

  /// - Parameters:
  ///   - now: What the clock says.
  ///   - runs: Rounds, newest first.
  ///   - beginning: When the policy was first written down: the oldest moment that is known to be past.
  public static func isDoubtful(_ now: UnixMicroseconds, runs: [RetentionRun], beginning: UnixMicroseconds?) -> Bool {
    guard let last = runs.first(where: { $0.outcome != .clockDoubtful })?.startedAt ?? beginning else { return true }
    return now + tolerance < last || now > last + UnixMicroseconds(longestPauseDays) * RetentionPolicy.day
  }
}
