/// Sequence numbers of one session that were passed over and have not come yet.
package struct MissingSequences: Sendable {
  /// Most ranges that are remembered: far more than reconnections leave. The oldest is forgotten first.
  package static let rangeLimit = 64

  private var next: UInt64?
  private var ranges: [Range<UInt64>] = []

  /// - Parameter first: the first sequence that is expected; `nil` takes what comes.
  package init(first: UInt64? = nil) { next = first }

  /// How many are missing.
  package var count: UInt64 { ranges.reduce(0) { $0 + UInt64($1.count) } }

  /// A sequence arrived; `true` when a higher one had come before it.
  package mutating func arrived(_ sequence: UInt64) -> Bool {
    guard let next else {
      self.next = sequence &+ 1
      return false
    }
    if sequence >= next {
      if sequence > next { ranges.append(next..<sequence) }
      if ranges.count > Self.rangeLimit { ranges.removeFirst() }
      self.next = sequence &+ 1
      return false
    }
    if let index = ranges.firstIndex(where: { $0.contains(sequence) }) {
      let range = ranges.remove(at: index)
      let parts = [range.lowerBound..<sequence, (sequence + 1)..<range.upperBound].filter { !$0.isEmpty }
      ranges.insert(contentsOf: parts, at: index)
    }
    return true
  }

  /// The device no longer holds what is below `sequence`; returns how many of those are lost.
  package mutating func giveUp(below sequence: UInt64) -> UInt64 {
    let before = count
    ranges = ranges.compactMap { range in
      let rest = max(range.lowerBound, sequence)..<max(range.upperBound, sequence)
      return rest.isEmpty ? nil : rest
    }
    return before - count
  }
}
