/// Heart rate variability in the time domain, as the Task Force of the ESC and NASPE (1996) defines it (Circulation 93:1043).
public struct HeartRateVariability: Hashable, Sendable, Codable {
  /// Standard deviation of the NN intervals, in ms.
  public let sdnnMilliseconds: Double
  /// Root mean square of the differences of successive NN intervals, in ms.
  public let rmssdMilliseconds: Double
  /// How many intervals went in.
  public let intervals: Int

  /// The variability of `intervals`: RR intervals in seconds, in order, `nil` where an interval is unknown or not between
  /// two sinus beats. A difference is taken only between neighbours that are both known. `nil` with fewer than two intervals or no difference.
  public init?(nnSeconds intervals: [Double?]) {
    let known = intervals.compactMap(\.self).filter { $0.isFinite && $0 > 0 }
    guard known.count >= 2 else { return nil }
    let mean = known.reduce(0, +) / Double(known.count)
    let variance = known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(known.count - 1)
    var squares = 0.0
    var differences = 0
    for (first, second) in zip(intervals, intervals.dropFirst()) {
      guard let first, let second else { continue }
      squares += (second - first) * (second - first)
      differences += 1
    }
    guard differences > 0 else { return nil }
    sdnnMilliseconds = variance.squareRoot() * 1000
    rmssdMilliseconds = (squares / Double(differences)).squareRoot() * 1000
    self.intervals = known.count
  }
}
