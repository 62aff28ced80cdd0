public import Store

/// When a message that could not be delivered is tried again, and when it is given up. Pure.
public struct RetrySchedule: Hashable, Sendable, Codable {
  /// Wait after the first failure, in seconds.
  public var firstSeconds: Double
  /// How much longer each wait is than the one before.
  public var factor: Double
  /// Longest wait, in seconds.
  public var longestSeconds: Double
  /// Most attempts. With the other defaults the last one comes about eight hours after the first: longer than a mail
  /// server's night, shorter than the time after which nobody acts on the alert any more.
  public var attemptLimit: Int
  /// Age in seconds from which a message is given up whatever its attempts.
  public var ageLimitSeconds: Double

  /// States a schedule.
  public init(
    firstSeconds: Double = 2, factor: Double = 2, longestSeconds: Double = 900, attemptLimit: Int = 40,
    ageLimitSeconds: Double = 86_400
  ) {
    self.firstSeconds = firstSeconds
    self.factor = factor
    self.longestSeconds = longestSeconds
    self.attemptLimit = attemptLimit
    self.ageLimitSeconds = ageLimitSeconds
  }

  /// What follows a failure.
  public enum Decision: Hashable, Sendable {
    /// Try again at this time.
    case retry(at: UnixMicroseconds)
    /// Keep it for a person to look at.
    case giveUp
  }

  /// Decides after the `attempts`th failure.
  /// - Parameters:
  ///   - attempts: attempts so far, this one included.
  ///   - createdAt: when the message was written.
  ///   - now: the server's clock.
  ///   - jitter: 0…1: spreads the wait over its upper half, so that receivers are not asked by everyone at once.
  ///   - askedFor: seconds that the receiver asked to be left alone; honoured up to ``longestSeconds``.
  public func decide(
    attempts: Int, createdAt: UnixMicroseconds, now: UnixMicroseconds, jitter: Double, askedFor: Double? = nil
  ) -> Decision {
    let age = now > createdAt ? Double(now - createdAt) / 1e6 : 0
    guard attempts < attemptLimit, age < ageLimitSeconds else { return .giveUp }
    var wait = min(longestSeconds, firstSeconds)
    for _ in 1..<max(1, attempts) where wait < longestSeconds { wait = min(longestSeconds, wait * factor) }
    let spread = wait * (0.5 + 0.5 * min(1, max(0, jitter)))
    let asked = min(longestSeconds, max(0, askedFor ?? 0))
    return .retry(at: now + UInt64((max(spread, asked) * 1e6).rounded()))
  }
}
