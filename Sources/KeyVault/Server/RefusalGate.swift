internal import Synchronization

/// Bounds what a flood of refused requests writes to the disk: each identity's first refusals are recorded one by one, later
/// ones are counted, and the count stands in the next one that is recorded.
package final class RefusalGate: Sendable {
  private struct State {
    /// A misconfigured service is told one by one what is wrong; beyond, ten entries a second are flood enough.
    var limiter = FailureLimiter(burst: 600, refillPerSecond: 10)
    var unrecorded: [String: Int] = [:]
  }

  private let state = Mutex(State())
  private let started = ContinuousClock.now

  /// Nobody was refused yet.
  package init() {}

  /// Whether a refusal of `actor` is to be recorded, and how many before it were not; `nil` if it is only counted.
  package func admit(_ actor: String) -> Int? {
    let (seconds, attoseconds) = (ContinuousClock.now - started).components
    let now = Double(seconds) + Double(attoseconds) * 1e-18
    return state.withLock { state in
      guard state.limiter.allows(actor, now: now) else {
        state.unrecorded[actor, default: 0] += 1
        return nil
      }
      state.limiter.recordFailure(actor, now: now)
      return state.unrecorded.removeValue(forKey: actor) ?? 0
    }
  }
}
