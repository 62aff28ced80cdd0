/// The rate over the last eight RR intervals: 60 over their median, which one ectopic beat or pause does not move.
struct RateMeter: Hashable, Sendable, Codable {
  /// RR intervals of which the median is taken.
  static let intervals = 8

  private var recent = SIMD8<Double>.zero
  private var count = 0

  /// The rate with the interval of the next beat, in beats a minute; `nil` until half the intervals are known.
  mutating func add(_ beat: RhythmBeat) -> Double? {
    guard let interval = beat.rrSeconds else { return nil }
    recent[count % RateMeter.intervals] = interval
    count += 1
    guard count >= RateMeter.intervals / 2 else { return nil }
    // Sorted by insertion: eight numbers.
    let known = min(count, RateMeter.intervals)
    var sorted = recent
    for place in 1..<known {
      let value = sorted[place]
      var hole = place
      while hole > 0, sorted[hole - 1] > value {
        sorted[hole] = sorted[hole - 1]
        hole -= 1
      }
      sorted[hole] = value
    }
    let middle = known / 2
    return 60 / (known % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2)
  }
}
