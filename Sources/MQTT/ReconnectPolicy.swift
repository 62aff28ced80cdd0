/// How long to wait before the next attempt: exponential from `initial` to `longest`, each wait shortened at random by
/// up to half, so that ten thousand clients do not come back in the same second.
public struct ReconnectPolicy: Sendable, Hashable {
  /// The first wait.
  public var initial: Duration
  /// The longest wait.
  public var longest: Duration

  /// A quarter of a second to half a minute.
  public static let standard = ReconnectPolicy(initial: .milliseconds(250), longest: .seconds(30))

  /// States both waits.
  public init(initial: Duration, longest: Duration) {
    self.initial = initial
    self.longest = longest
  }

  /// The wait before attempt `attempt` (0 is the first after a loss), between half of and the whole nominal wait.
  public func wait(attempt: Int, using generator: inout some RandomNumberGenerator) -> Duration {
    var nominal = initial
    // 40 doublings of a millisecond are 35 years: the bound keeps the loop short, not the wait.
    for _ in 0..<min(max(attempt, 0), 40) where nominal < longest { nominal *= 2 }
    nominal = min(nominal, longest)
    return nominal * Double.random(in: 0.5...1, using: &generator)
  }
}
