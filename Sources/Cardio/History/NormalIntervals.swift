/// Normal-to-normal intervals of a stretch and what the Task Force of the ESC and NASPE (1996) and the Poincaré plot say of them.
///
/// An interval is normal-to-normal when the beats at both its ends are normal and nothing is missing between them. A pair of successive
/// intervals needs three such beats.
public struct NormalIntervals: Hashable, Sendable {
  /// One pair of successive intervals, in milliseconds.
  public struct Pair: Hashable, Sendable {
    /// An interval.
    public let interval: Int
    /// The one after it.
    public let next: Int
  }

  /// Normal-to-normal intervals.
  public let count: Int
  /// Their mean in milliseconds; `nil` where there is none.
  public let meanMilliseconds: Double?
  /// Standard deviation and root mean square of successive differences (Task Force 1996); `nil` where there are too few.
  public let variability: HeartRateVariability?
  /// Standard deviation across the line of identity of the Poincaré plot, in ms (Brennan 2001: half the variance of the differences); `nil` with fewer than two
  /// pairs.
  public let sd1Milliseconds: Double?
  /// Standard deviation along it, in ms (Brennan 2001: half the variance of the sums); `nil` with fewer than two pairs.
  public let sd2Milliseconds: Double?
  /// The plot's points: every pair, or evenly chosen ones where there are more than asked for.
  public let pairs: [Pair]

  /// Takes the intervals of beats in order.
  /// - Parameters:
  ///   - beats: Beats in order of position.
  ///   - limit: Most ``pairs``.
  public init(_ beats: ArraySlice<HistoryBeat>, pairLimit limit: Int) {
    var intervals: [Int?] = []
    intervals.reserveCapacity(beats.count)
    var before: HistoryBeat?
    for beat in beats {
      defer { before = beat }
      // The first beat of a stretch has an interval that lies outside it.
      guard let before else { continue }
      intervals.append(before.isNormal && beat.isNormal ? beat.rrMilliseconds : nil)
    }
    let known = intervals.compactMap(\.self)
    count = known.count
    meanMilliseconds = known.isEmpty ? nil : Double(known.reduce(0, +)) / Double(known.count)
    variability = HeartRateVariability(nnSeconds: intervals.map { $0.map { Double($0) / 1000 } })
    let all = zip(intervals, intervals.dropFirst()).compactMap { first, second -> Pair? in
      guard let first, let second else { return nil }
      return Pair(interval: first, next: second)
    }
    sd1Milliseconds = Self.halfVariance(all.map { Double($0.next - $0.interval) })?.squareRoot()
    sd2Milliseconds = Self.halfVariance(all.map { Double($0.next + $0.interval) })?.squareRoot()
    pairs = all.count <= limit ? all : (0..<limit).map { all[all.count * $0 / limit] }
  }

  /// Half the variance (with Bessel's correction).
  private static func halfVariance(_ values: [Double]) -> Double? {
    guard values.count >= 2 else { return nil }
    let mean = values.reduce(0, +) / Double(values.count)
    return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1) / 2
  }
}
