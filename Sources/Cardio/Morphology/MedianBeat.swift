/// The middle of many beats, sample by sample, and how far half of them stay from it.
public struct MedianBeat: Hashable, Sendable {
  /// Fewer beats than this have no middle worth showing.
  public static let leastBeats = 3

  /// The median of each sample in µV; the R peak lies at ``AlignedBeat/before``.
  public let median: [Float]
  /// The lower quartile of each.
  public let low: [Float]
  /// The upper quartile of each.
  public let high: [Float]
  /// How many beats went in.
  public let beats: Int

  /// The median of beats; `nil` with fewer than ``leastBeats``.
  public init?(_ beats: [AlignedBeat]) {
    guard beats.count >= Self.leastBeats else { return nil }
    self.beats = beats.count
    var (median, low, high): ([Float], [Float], [Float]) = ([], [], [])
    for index in 0..<AlignedBeat.count {
      let sorted = beats.map { $0.samples[index] }.sorted()
      func quantile(_ share: Float) -> Float {
        let place = share * Float(sorted.count - 1)
        let below = Int(place)
        guard below + 1 < sorted.count else { return sorted[below] }
        return sorted[below] + (place - Float(below)) * (sorted[below + 1] - sorted[below])
      }
      median.append(quantile(0.5))
      low.append(quantile(0.25))
      high.append(quantile(0.75))
    }
    (self.median, self.low, self.high) = (median, low, high)
  }
}
