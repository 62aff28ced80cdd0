/// Where a signal was measured, and where not: why not. Pure; grows with what is read.
public struct SignalCoverage: Sendable {
  /// Why a stretch has no signal.
  public enum Cause: String, Hashable, Sendable, CaseIterable {
    /// Samples that were never taken, are lost, or were refused.
    case missing
    /// An electrode had no contact.
    case leadOff = "lead-off"
  }

  /// A stretch without a signal.
  public struct Stretch: Hashable, Sendable {
    /// Its first sample on the session's timeline.
    public var from: Int
    /// Its samples.
    public var count: Int
    /// Why.
    public let cause: Cause

    /// Describes a stretch of `count` samples from sample `from` on.
    public init(from: Int, count: Int, cause: Cause) {
      self.from = from
      self.count = count
      self.cause = cause
    }

    /// The sample after the last one.
    public var end: Int { from + count }
  }

  /// Stretches without a signal, in order.
  private var stretches: [Stretch] = []
  /// The sample after the last one that is known of.
  public private(set) var end = 0

  /// Of nothing yet.
  public init() {}

  /// Bytes that the stretches take.
  public var byteCount: Int { stretches.capacity * MemoryLayout<Stretch>.stride }

  /// Adds samples that follow all that came before; what lies between is missing.
  /// - Parameters:
  ///   - first: Index of the first sample; what lies before ``end`` is passed over.
  ///   - count: Samples.
  ///   - isLeadOff: Whether an electrode had no contact.
  public mutating func append(at first: Int, count: Int, isLeadOff: Bool) {
    guard first >= end, count > 0, first <= EnvelopePyramid.sampleLimit - count else { return }
    if first > end { add(from: end, until: first, .missing) }
    if isLeadOff { add(from: first, until: first + count, .leadOff) }
    end = first + count
  }

  private mutating func add(from: Int, until: Int, _ cause: Cause) {
    if let last = stretches.last, last.cause == cause, last.end == from {
      stretches[stretches.count - 1].count = until - last.from
    } else {
      stretches.append(Stretch(from: from, count: until - from, cause: cause))
    }
  }

  /// The stretches without a signal that lie in another stretch, cut at its ends and at ``end``.
  /// - Parameters:
  ///   - from: The first sample looked at.
  ///   - count: How many are.
  ///   - resolution: Stretches of one cause that lie nearer to each other than so many samples are told as one, so that there are
  ///     at most two for each so many samples.
  public func stretches(from: Int, count: Int, resolution: Int) -> [Stretch] {
    var found: [Stretch] = []
    /// Where the last one of each cause stands in `found`.
    var last: [Cause: Int] = [:]
    // The first one that ends behind `from`, by bisection.
    var low = 0
    var high = stretches.count
    while low < high {
      let middle = (low + high) / 2
      if stretches[middle].end <= from { low = middle + 1 } else { high = middle }
    }
    for stretch in stretches[low...] {
      guard stretch.from < from + count else { break }
      let start = max(from, stretch.from)
      let stop = min(from + count, stretch.end)
      if let place = last[stretch.cause], start < found[place].end + resolution {
        found[place].count = stop - found[place].from
      } else {
        last[stretch.cause] = found.count
        found.append(Stretch(from: start, count: stop - start, cause: stretch.cause))
      }
    }
    return found
  }
}
