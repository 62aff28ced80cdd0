/// How far a session has arrived without a hole: a pure account of sequence numbers.
package struct SessionProgress: Hashable, Sendable {
  /// The lowest sequence number that is neither on disk nor declared lost.
  package private(set) var next: UInt64
  /// The highest sequence number on disk.
  package private(set) var highest: UInt64?
  /// Every missing sequence number below this is lost for ever.
  package private(set) var earliestHeld: UInt64

  /// Nothing has arrived.
  package init() {
    next = 0
    highest = nil
    earliestHeld = 0
  }

  /// As it was stored.
  package init(next: UInt64, highest: UInt64?, earliestHeld: UInt64) {
    self.next = next
    self.highest = highest
    self.earliestHeld = earliestHeld
  }

  /// The highest contiguous sequence number on disk or declared lost.
  package var contiguous: UInt64? { next > 0 ? next - 1 : nil }

  /// A new chunk is on disk, whose device held nothing earlier than `earliestHeld`.
  package mutating func add(_ sequence: UInt64, earliestHeld: UInt64) {
    highest = max(highest ?? 0, sequence)
    self.earliestHeld = max(self.earliestHeld, min(earliestHeld, sequence))
    if sequence == next { next += 1 }
    next = max(next, self.earliestHeld)
  }

  /// Whether chunks on disk may lie at or above ``next``: only then must anybody look.
  package var mayContinue: Bool { highest.map { $0 >= next } ?? false }

  /// `sequence` was found on disk; returns whether it continues the run, so that the following one is worth a look.
  package mutating func found(_ sequence: UInt64) -> Bool {
    guard sequence == next else { return false }
    next += 1
    return true
  }
}
