/// Work by time, earliest first; among equals, first scheduled first. A binary heap.
struct DeadlineQueue<Work> {
  private struct Entry {
    let deadline: UInt64
    let order: UInt64
    let work: Work

    func precedes(_ other: Entry) -> Bool {
      deadline == other.deadline ? order < other.order : deadline < other.deadline
    }
  }

  private var heap: [Entry] = []
  private var scheduled: UInt64 = 0

  /// The earliest deadline in nanoseconds of the monotonic clock.
  var earliest: UInt64? { heap.first?.deadline }

  /// Adds work.
  mutating func schedule(at deadline: UInt64, _ work: Work) {
    heap.append(Entry(deadline: deadline, order: scheduled, work: work))
    scheduled += 1
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].precedes(heap[parent]) else { break }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  /// Removes and returns the earliest work that is due at `now`.
  mutating func popDue(now: UInt64) -> Work? {
    guard let first = heap.first, first.deadline <= now else { return nil }
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].precedes(heap[least]) {
        least = child
      }
      if least == parent { break }
      heap.swapAt(parent, least)
      parent = least
    }
    return first.work
  }
}
