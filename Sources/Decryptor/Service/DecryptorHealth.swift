internal import Synchronization

/// What every worker knows of its neighbours, for the readiness check.
final class DecryptorHealth: Sendable {
  private struct State: Sendable {
    var hasFollowedStore = false
    var canReachStore = false
    var canReachVault = true
  }

  private let workers: Mutex<[State]>

  init(workers: Int) { self.workers = Mutex(Array(repeating: State(), count: workers)) }

  /// Whether every worker has read the store and reaches both store and vault, as far as it last tried.
  var isReady: Bool {
    workers.withLock { $0.allSatisfy { $0.hasFollowedStore && $0.canReachStore && $0.canReachVault } }
  }

  func store(isReachable: Bool, worker: Int) {
    workers.withLock {
      $0[worker].canReachStore = isReachable
      if isReachable { $0[worker].hasFollowedStore = true }
    }
  }

  func vault(isReachable: Bool, worker: Int) { workers.withLock { $0[worker].canReachVault = isReachable } }
}
