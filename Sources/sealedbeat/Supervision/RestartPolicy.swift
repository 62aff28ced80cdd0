/// Decides when a child that ended comes back: at once the first time, then with growing delay; a child that ran for
/// long starts afresh.
struct RestartPolicy: Sendable, Equatable {
  /// A child that ran this long, in seconds, was well: its next end counts as the first.
  static let healthySeconds = 10.0
  /// Delay before the second restart, seconds; doubles with each further one.
  static let firstDelay = 0.25
  /// Longest delay, seconds: an operator who mends the cause should not wait.
  static let longestDelay = 10.0

  private(set) var restarts = 0
  private var failuresInARow = 0

  /// The child ended after `seconds`; returns how long to wait before it is started again.
  mutating func ended(afterRunning seconds: Double) -> Double {
    restarts += 1
    failuresInARow = seconds >= Self.healthySeconds ? 0 : failuresInARow + 1
    guard failuresInARow > 1 else { return 0 }
    let exponent = min(failuresInARow - 2, 10)
    return min(Self.firstDelay * Double(1 << exponent), Self.longestDelay)
  }
}
