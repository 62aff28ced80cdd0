/// Bounds how many failed attempts one address may make: a bucket of ``burst`` that refills by one every ``interval``.
///
/// A value; the listener keeps it behind a lock and gives it the time.
package struct FailureLimiter: Sendable {
  /// Failures that an address may make at once: a ward's devices behind one address, each with a stale claim.
  package static let burst = 60.0
  /// Failures forgiven in a second.
  package static let refillPerSecond = 1.0
  /// Most addresses that are remembered; beyond, those that owe least are forgotten.
  package static let addressLimit = 4096

  private struct Debt {
    var failures: Double
    var at: Double
  }

  private var debts: [String: Debt] = [:]

  /// Nobody owes anything.
  package init() {}

  /// Number of addresses that are remembered.
  package var count: Int { debts.count }

  /// Whether an address may try now.
  /// - Parameter now: seconds on any steady clock.
  package func allows(_ address: String, now: Double) -> Bool {
    guard let debt = debts[address] else { return true }
    return Self.owed(debt, now) + 1 <= Self.burst
  }

  /// Records a failed attempt.
  package mutating func recordFailure(_ address: String, now: Double) {
    if debts[address] == nil, debts.count >= Self.addressLimit {
      debts = debts.filter { Self.owed($0.value, now) > 0 }
      if debts.count >= Self.addressLimit,
        let least = debts.min(by: { Self.owed($0.value, now) < Self.owed($1.value, now) })
      {
        debts[least.key] = nil
      }
    }
    let owed = debts[address].map { Self.owed($0, now) } ?? 0
    debts[address] = Debt(failures: min(owed + 1, Self.burst), at: now)
  }

  private static func owed(_ debt: Debt, _ now: Double) -> Double {
    max(0, debt.failures - max(0, now - debt.at) * refillPerSecond)
  }
}
