/// Waits longer after each failure in a row: pure, asked by whoever keeps the time.
package struct BackOff: Sendable, Hashable {
  /// The vault or the store is out of reach: half a second, up to half a minute.
  package static let outage = BackOff(first: .milliseconds(500), longest: .seconds(30))
  /// A session's key is refused, or its claim is held by another: ten seconds, up to ten minutes.
  package static let refusal = BackOff(first: .seconds(10), longest: .seconds(600))

  private let first: Duration
  private let longest: Duration
  private var failures = 0
  private var until: Duration = .zero

  /// - Parameters:
  ///   - first: The wait after the first failure; doubles with each further one.
  ///   - longest: No wait is longer.
  package init(first: Duration, longest: Duration) {
    self.first = first
    self.longest = longest
  }

  /// Whether it is not yet time to try again.
  package func isWaiting(at now: Duration) -> Bool { failures > 0 && now < until }

  /// How many failures in a row.
  package var failureCount: Int { failures }

  /// Notes a failure.
  package mutating func fail(at now: Duration) {
    // Beyond 2^16 every wait is the longest.
    until = now + min(longest, first * (1 << min(failures, 16)))
    failures += 1
  }

  /// Notes a success.
  package mutating func succeed() { failures = 0 }
}
