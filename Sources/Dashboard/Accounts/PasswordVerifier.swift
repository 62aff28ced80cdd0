internal import Dispatch
internal import Sealing
internal import Synchronization

/// Spends scrypt's time and memory away from the threads that serve requests, a bounded number at a time.
final class PasswordVerifier: Sendable {
  /// Passwords that are checked at the same time: each takes 128 MiB at the default cost.
  static let concurrencyLimit = 2
  /// Checks that may wait: beyond, a sign-in is refused at once, because its answer would come after the browser gave up.
  static let waitingLimit = 32

  /// Too many checks are waiting.
  struct Overloaded: Error {}

  private let cost: KeyDerivation.ScryptCost
  private let dummy: PasswordHash
  private let queue = DispatchQueue(label: "sealedbeat.password", attributes: .concurrent)
  private let slots = DispatchSemaphore(value: concurrencyLimit)
  private let waiting = Mutex(0)

  init(cost: KeyDerivation.ScryptCost) throws(SealingError) {
    self.cost = cost
    dummy = try PasswordHash(of: SecretBytes(randomCount: 32), cost: cost)
  }

  /// Checks a password against a stored hash. Without one (an unknown or disabled account) it does the same work against a
  /// hash that nothing matches, so that the time tells nothing.
  func verify(_ password: SecretBytes, against stored: PasswordHash?) async throws -> Bool {
    let dummy = dummy
    return try await offload {
      let matches = try (stored ?? dummy).matches(password)
      return matches && stored != nil
    }
  }

  /// Hashes a new password.
  func hash(_ password: SecretBytes) async throws -> PasswordHash {
    let cost = cost
    return try await offload { try PasswordHash(of: password, cost: cost) }
  }

  private func offload<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
    let isAdmitted = waiting.withLock { waiting in
      guard waiting < Self.waitingLimit else { return false }
      waiting += 1
      return true
    }
    guard isAdmitted else { throw Overloaded() }
    defer { waiting.withLock { $0 -= 1 } }
    return try await withCheckedThrowingContinuation { continuation in
      queue.async { [slots] in
        slots.wait()
        defer { slots.signal() }
        continuation.resume(with: Swift.Result { try work() })
      }
    }
  }
}
