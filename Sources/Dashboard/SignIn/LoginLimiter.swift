/// Decides how often a password may be guessed: pure, told the time.
///
/// Three counters: failures of one account from one address (locks out soon), failures of one account from anywhere (locks out
/// late, so that a stranger cannot easily lock a clinician out), and attempts of one address (a token bucket, generous because a
/// whole hospital may share one address). An attempt is counted before the password is looked at, so that a burst of parallel
/// requests gains nothing.
package struct LoginLimiter: Sendable {
  /// Failures from one address before an account is locked for that address.
  package static let failuresPerAddress = 5
  /// Failures from anywhere before an account is locked for everybody.
  package static let failuresPerAccount = 50
  /// The first lock-out; each further failure doubles it.
  package static let firstLockOut: Duration = .seconds(15)
  /// The longest lock-out.
  package static let longestLockOut: Duration = .seconds(15 * 60)
  /// Failures are forgotten after so long without another.
  package static let memory: Duration = .seconds(60 * 60)
  /// Attempts that an address may make at once, and how many it regains a second.
  package static let addressBurst = 40.0
  package static let addressRate = 0.5
  /// Most counters kept: 1,000,000 guesses from different addresses must not fill the memory.
  package static let counterLimit = 20_000

  /// What to do with an attempt.
  package enum Decision: Hashable, Sendable {
    /// Look at the password.
    case check
    /// Refuse without looking, and say after how many seconds to come back.
    case refuse(retryAfterSeconds: Int)
  }

  private struct Failures {
    var count = 0
    var last: Duration = .zero
    var lockedUntil: Duration = .zero
  }

  private struct Bucket {
    var tokens = LoginLimiter.addressBurst
    var filledAt: Duration
  }

  private var failures: [String: Failures] = [:]
  private var buckets: [String: Bucket] = [:]

  /// Nothing has happened yet.
  package init() {}

  /// Decides on an attempt and counts it as a failure until ``succeeded(account:address:)`` says otherwise.
  package mutating func attempt(account: String, address: String, now: Duration) -> Decision {
    makeRoom(now: now)
    let pair = Self.pairKey(account, address)
    let wait = max(
      lockedFor(pair, now: now), lockedFor(Self.accountKey(account), now: now), emptyFor(address, now: now))
    guard wait <= .zero else {
      return .refuse(retryAfterSeconds: Int(wait.components.seconds) + 1)
    }
    buckets[address, default: Bucket(filledAt: now)].tokens -= 1
    fail(pair, free: Self.failuresPerAddress, now: now)
    fail(Self.accountKey(account), free: Self.failuresPerAccount, now: now)
    return .check
  }

  /// The password was right: the account starts afresh.
  package mutating func succeeded(account: String, address: String) {
    failures[Self.pairKey(account, address)] = nil
    failures[Self.accountKey(account)] = nil
  }

  /// Whether an account is locked, for an address or for all.
  package func isLocked(account: String, address: String, now: Duration) -> Bool {
    max(lockedFor(Self.pairKey(account, address), now: now), lockedFor(Self.accountKey(account), now: now)) > .zero
  }

  /// Counters that are kept.
  package var counterCount: Int { failures.count + buckets.count }

  private static func pairKey(_ account: String, _ address: String) -> String { "\(account)\u{0}\(address)" }
  private static func accountKey(_ account: String) -> String { account }

  private func lockedFor(_ key: String, now: Duration) -> Duration {
    guard let entry = failures[key], now - entry.last < Self.memory else { return .zero }
    return max(.zero, entry.lockedUntil - now)
  }

  private mutating func emptyFor(_ address: String, now: Duration) -> Duration {
    var bucket = buckets[address] ?? Bucket(filledAt: now)
    bucket.tokens = min(Self.addressBurst, bucket.tokens + (now - bucket.filledAt) / .seconds(1) * Self.addressRate)
    bucket.filledAt = now
    buckets[address] = bucket
    return bucket.tokens >= 1 ? .zero : .milliseconds(Int((1 - bucket.tokens) / Self.addressRate * 1000))
  }

  private mutating func fail(_ key: String, free: Int, now: Duration) {
    var entry = failures[key] ?? Failures()
    if now - entry.last >= Self.memory { entry = Failures() }
    entry.count += 1
    entry.last = now
    if entry.count >= free {
      let doublings = min(entry.count - free, 10)
      entry.lockedUntil = now + min(Self.longestLockOut, Self.firstLockOut * (1 << doublings))
    }
    failures[key] = entry
  }

  private mutating func makeRoom(now: Duration) {
    guard counterCount >= Self.counterLimit else { return }
    failures = failures.filter { now - $0.value.last < Self.memory }
    buckets = buckets.filter { now - $0.value.filledAt < Self.memory }
    // Still full: somebody floods. Keep who is locked out, forget the rest.
    guard counterCount >= Self.counterLimit else { return }
    failures = failures.filter { $0.value.lockedUntil > now }
    buckets = buckets.filter { $0.value.tokens < 1 }
    guard counterCount >= Self.counterLimit else { return }
    if buckets.count > failures.count { buckets = [:] } else { failures = [:] }
  }
}
