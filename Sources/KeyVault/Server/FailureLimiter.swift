/// Bounds how many failed attempts one address or identity may make: a bucket of ``burst`` that refills steadily.
///
/// A value; the listener keeps it behind a lock and gives it the time.
package struct FailureLimiter: Sendable {
  /// What a ward's devices behind one address need, each with a stale claim.
  package static let standardBurst = 60.0
  /// Failures that an address may make at once.
  package let burst: Double
  /// Failures forgiven in a second.
  package let refillPerSecond: Double
  /// Most addresses that are remembered; beyond, those that owe least are forgotten.
  package static let addressLimit = 4096

  private struct Debt {
    var failures: Double
    var at: Double
  }

  private var debts: [String: Debt] = [:]

  /// Nobody owes anything.
  /// - Parameters:
  ///   - burst: failures at once.
  ///   - refillPerSecond: failures forgiven in a second.
  package init(burst: Double = standardBurst, refillPerSecond: Double = 1) {
    self.burst = burst
    self.refillPerSecond = refillPerSecond
  }

  /// Number of addresses that are remembered.
  package var count: Int { debts.count }

  /// Whether an address may try now.
  /// - Parameter now: seconds on any steady clock.
  package func allows(_ address: String, now: Double) -> Bool {
    guard let debt = debts[address] else { return true }
    return owed(debt, now) + 1 <= burst
  }

  /// Records a failed attempt.
  package mutating func recordFailure(_ address: String, now: Double) {
    if debts[address] == nil, debts.count >= Self.addressLimit {
      debts = debts.filter { owed($0.value, now) > 0 }
      if debts.count >= Self.addressLimit,
        let least = debts.min(by: { owed($0.value, now) < owed($1.value, now) })
      {
        debts[least.key] = nil
      }
    }
    let earlier = debts[address].map { owed($0, now) } ?? 0
    debts[address] = Debt(failures: min(earlier + 1, burst), at: now)
  }

  private func owed(_ debt: Debt, _ now: Double) -> Double {
    max(0, debt.failures - max(0, now - debt.at) * refillPerSecond)
  }
}
