internal import ServiceLifecycle
internal import Synchronization
internal import Wire

/// Where those who wait for the access list meet: the gatekeeper for a change, a revocation or an enrolment for the
/// gatekeeper to have applied it. It lives in memory alone; after a restart the gatekeeper tells again what it applied.
final class AccessBoard: Sendable {
  /// How long after its last request a gatekeeper counts as there: twice the longest poll.
  static let presence = Duration.seconds(60)
  /// Most devices that are remembered as applied ahead of the rest; of more none is, and they are waited for longer.
  static let aheadLimit = 1024

  private struct State {
    var generation: UInt64 = 0
    var applied: UInt64 = 0
    var ahead: [DeviceID: UInt64] = [:]
    var lastHeard: ContinuousClock.Instant?
    /// Revocations that the gatekeeper has not confirmed yet.
    var unconfirmed: [DeviceID: Unconfirmed] = [:]
    var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
    var nextWaiter: UInt64 = 0
    var isClosed = false

    func hasApplied(_ device: DeviceID, _ revision: UInt64) -> Bool {
      applied >= revision || ahead[device] ?? 0 >= revision
    }
  }

  private struct Unconfirmed {
    let revision: UInt64
    let since: ContinuousClock.Instant
  }

  private let state = Mutex(State())

  /// Grows with each committed change.
  var generation: UInt64 { state.withLock { $0.generation } }

  /// Whether a gatekeeper was heard of lately.
  var isGatekeeperPresent: Bool {
    state.withLock { state in state.lastHeard.map { ContinuousClock.now - $0 < Self.presence } ?? false }
  }

  /// A change of the list was committed.
  func changed() {
    wake { $0.generation += 1 }
  }

  /// The gatekeeper asks or tells something.
  func heard() { state.withLock { $0.lastHeard = .now } }

  /// From now on the revocation of a device is waited for.
  func expectConfirmation(of device: DeviceID, revision: UInt64) {
    state.withLock { state in
      if !state.hasApplied(device, revision) {
        state.unconfirmed[device] = Unconfirmed(revision: revision, since: .now)
      }
    }
  }

  /// The gatekeeper has applied the whole list up to `revision`, and of some devices more than that.
  /// - Returns: the revocations that this confirms, and how long each took.
  func applied(upTo revision: UInt64, ahead: [DeviceID: UInt64]) -> [(device: DeviceID, after: Duration)] {
    wake { state in
      // It may be lower than before: a gatekeeper that starts afresh has everything before it again.
      state.applied = revision
      state.ahead = ahead.count <= Self.aheadLimit ? ahead.filter { $0.value > revision } : [:]
      let confirmed = state.unconfirmed.filter { state.hasApplied($0.key, $0.value.revision) }
      for device in confirmed.keys { state.unconfirmed[device] = nil }
      return confirmed.map { ($0.key, ContinuousClock.now - $0.value.since) }
    }
  }

  /// Nobody waits here any more, nor will: the vault was sealed.
  func close() { wake { $0.isClosed = true } }

  /// Whether it was closed.
  var isClosed: Bool { state.withLock { $0.isClosed } }

  /// Waits for a change after `generation`.
  func change(after generation: UInt64, within limit: Duration) async {
    _ = await fulfilled(within: limit) { $0.generation > generation }
  }

  /// Waits until the gatekeeper has applied a device's revision.
  /// - Returns: `false` when `limit` passed first.
  func isApplied(_ device: DeviceID, _ revision: UInt64, within limit: Duration) async -> Bool {
    await fulfilled(within: limit) { $0.hasApplied(device, revision) }
  }

  /// Ends early, with `false`, when the task is cancelled, the server shuts down or the vault is sealed.
  private func fulfilled(within limit: Duration, _ isDone: @escaping @Sendable (State) -> Bool) async -> Bool {
    await cancelWhenGracefulShutdown { [self] in
      await withTaskGroup(of: Bool.self) { group in
        group.addTask { await self.fulfilled(isDone) }
        group.addTask {
          try? await Task.sleep(for: limit)
          return false
        }
        defer { group.cancelAll() }
        return await group.next() ?? false
      }
    }
  }

  private func fulfilled(_ isDone: @Sendable (State) -> Bool) async -> Bool {
    while !Task.isCancelled, !isClosed {
      if state.withLock({ isDone($0) }) { return true }
      await nextChange(unless: isDone)
    }
    return false
  }

  private func nextChange(unless isDone: @Sendable (State) -> Bool) async {
    let number = state.withLock { state in
      state.nextWaiter += 1
      return state.nextWaiter
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let mayGoOn = state.withLock { state in
          // Looked at under the lock: a change or a cancellation before this moment is seen here, a later one wakes.
          if isDone(state) || state.isClosed || Task.isCancelled { return true }
          state.waiters[number] = continuation
          return false
        }
        if mayGoOn { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: number) }?.resume()
    }
  }

  private func wake<Value: Sendable>(_ change: (inout sending State) -> Value) -> Value {
    let (value, waiters) = state.withLock { state in
      let value = change(&state)
      defer { state.waiters = [:] }
      return (value, Array(state.waiters.values))
    }
    for waiter in waiters { waiter.resume() }
    return value
  }
}
