/// When a checkpoint is handed to one witness, when again after a failure, and when somebody must hear of it.
package struct WitnessPolicy: Sendable {
  /// What is worth an entry in the log.
  package enum Event: Hashable, Sendable {
    /// The witness took its first checkpoint since the vault opened.
    case began
    /// It has failed for so long.
    case failing(Duration)
    /// It takes checkpoints again, after so long.
    case recovered(Duration)
  }

  /// How often the signed head is looked at. Whatever is signed in between, the witness sees the latest only.
  package let interval: Duration
  /// Longest time between two tries.
  package let longestPause: Duration
  /// So long may a witness fail before an alarm.
  package let alarmAfter: Duration

  private var hasBegun = false
  private var failures = 0
  private var failingSince: Duration?
  private var hasAlarmed = false

  /// Describes a policy.
  package init(
    interval: Duration = .seconds(1), longestPause: Duration = .seconds(60), alarmAfter: Duration = .seconds(300)
  ) {
    self.interval = interval
    self.longestPause = longestPause
    self.alarmAfter = alarmAfter
  }

  /// How long to wait before the next look: doubles with every failure.
  package var pause: Duration {
    failures == 0 ? interval : min(longestPause, interval * (1 << min(failures, 16)))
  }

  /// The witness took a checkpoint.
  /// - Parameter now: time since any fixed moment.
  package mutating func delivered(at now: Duration) -> [Event] {
    defer {
      hasBegun = true
      failures = 0
      failingSince = nil
      hasAlarmed = false
    }
    if hasAlarmed, let failingSince { return [.recovered(now - failingSince)] }
    return hasBegun ? [] : [.began]
  }

  /// The witness failed to take one.
  /// - Parameter now: time since the same moment.
  package mutating func failed(at now: Duration) -> [Event] {
    failures += 1
    let since = failingSince ?? now
    failingSince = since
    guard !hasAlarmed, now - since >= alarmAfter else { return [] }
    hasAlarmed = true
    return [.failing(now - since)]
  }
}
