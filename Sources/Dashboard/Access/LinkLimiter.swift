internal import Synchronization

/// Bounds how often links are tried from one address: a token cannot be guessed, but trying costs a signature each.
final class LinkLimiter: Sendable {
  /// Attempts that an address may make at once: a ward behind one address opens a few mails a minute.
  static let burst = 30.0
  /// Attempts that it regains a second.
  static let rate = 0.5
  /// What a refused page is told to wait.
  static let retryAfterSeconds = 5
  /// Most addresses kept.
  static let addressLimit = 10_000

  private struct Bucket {
    var tokens = LinkLimiter.burst
    var filledAt: Duration
  }

  private let buckets = Mutex<[String: Bucket]>([:])

  /// Counts an attempt; `false` when there were too many.
  func admits(_ address: String, now: Duration) -> Bool {
    buckets.withLock { buckets in
      if buckets.count >= Self.addressLimit {
        // An address that has regained everything is as one that never came.
        buckets = buckets.filter { Self.tokens($0.value, now: now) < Self.burst }
        if buckets.count >= Self.addressLimit, buckets[address] == nil { return false }
      }
      var bucket = buckets[address] ?? Bucket(filledAt: now)
      bucket.tokens = Self.tokens(bucket, now: now)
      bucket.filledAt = now
      defer { buckets[address] = bucket }
      guard bucket.tokens >= 1 else { return false }
      bucket.tokens -= 1
      return true
    }
  }

  private static func tokens(_ bucket: Bucket, now: Duration) -> Double {
    let elapsed = (now - bucket.filledAt) / .seconds(1)
    return min(burst, bucket.tokens + max(0, elapsed) * rate)
  }
}
