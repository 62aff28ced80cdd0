/// Which of the latest chunks were readable, so that a beat that is told late is judged by the signal it came from.
struct ReadableSignal: Hashable, Sendable, Codable {
  /// 24 chunks are 36 s: longer than the longest pause that still has two ends, and than any delay of the analysis.
  static let limit = 24

  private struct Stretch: Hashable, Sendable, Codable {
    var start: UInt64
    var end: UInt64
    var isReadable: Bool
  }

  private var stretches: [Stretch] = []

  mutating func append(start: UInt64, end: UInt64, isReadable: Bool) {
    if stretches.count == Self.limit { stretches.removeFirst() }
    stretches.append(Stretch(start: start, end: end, isReadable: isReadable))
  }

  /// Whether the chunk around a sample was readable; what is not known is not readable.
  func isReadable(at sample: Double) -> Bool {
    stretches.last { Double($0.start) <= sample && sample < Double($0.end) }?.isReadable ?? false
  }

  /// The readable share of the signal between two samples, as far as it is known; 0 where nothing is.
  func readableShare(from start: UInt64, to end: UInt64) -> Double {
    var (readable, whole) = (0.0, 0.0)
    for stretch in stretches where stretch.end > start && stretch.start < end {
      let length = Double(min(end, stretch.end) - max(start, stretch.start))
      whole += length
      if stretch.isReadable { readable += length }
    }
    return whole > 0 ? readable / whole : 0
  }
}
