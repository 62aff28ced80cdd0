/// When a device that may not be here and comes back is cut again: the first time at once, then after 1, 2, 4 … 60 s. It
/// can do nothing meanwhile; but each cut makes mosquitto write the plugin's file twice, and a device that comes back a
/// thousand times a second must not keep it from its work.
package struct CutBackOff: Hashable, Sendable {
  /// Wait before the second cut, seconds.
  package static let first = 1.0
  /// Longest wait, seconds.
  package static let longest = 60.0
  /// A device that stayed away this long, seconds, is cut at once again.
  package static let forgiveness = 120.0

  private var last: Double?
  private var wait = 0.0

  /// Nothing was cut yet.
  package init() {}

  /// When to cut a device that is seen at `now`.
  package func due(now: Double) -> Double {
    guard let last, now - last < Self.forgiveness else { return now }
    return max(now, last + wait)
  }

  /// It was cut.
  package mutating func cut(at now: Double) {
    if let last, now - last < Self.forgiveness {
      wait = min(max(wait * 2, Self.first), Self.longest)
    } else {
      wait = Self.first
    }
    last = now
  }
}
