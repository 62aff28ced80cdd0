import Cardio

/// The heart rate over a whole recording, in at most ``HolterSummary/trendPoints`` stretches.
enum HeartRateTrend {
  /// RR intervals of whose median the band of a point is made.
  private static let window = 5

  static func points(of findings: HolterFindings) -> [HolterSummary.TrendPoint] {
    guard findings.seconds > 0 else { return [] }
    let widths = [10.0, 20, 30, 60, 120, 300, 600, 1_200, 3_600]
    let limit = Double(HolterSummary.trendPoints)
    let width = widths.first { findings.seconds / $0 <= limit } ?? findings.seconds / limit
    var points: [HolterSummary.TrendPoint] = []
    var place = 0
    var start = 0.0
    while start < findings.seconds {
      var intervals: [Double] = []
      while place < findings.beats.count, findings.beats[place].seconds < start + width {
        if let rr = findings.beats[place].rrSeconds { intervals.append(rr) }
        place += 1
      }
      points.append(point(intervals, seconds: start + min(width, findings.seconds - start) / 2))
      start += width
    }
    return points
  }

  private static func point(_ intervals: [Double], seconds: Double) -> HolterSummary.TrendPoint {
    guard intervals.count > 1 else {
      return HolterSummary.TrendPoint(seconds: seconds, mean: nil, low: nil, high: nil)
    }
    let mean = 60 * Double(intervals.count) / intervals.reduce(0, +)
    var (low, high) = (mean, mean)
    for end in stride(from: window, through: intervals.count, by: 1) {
      let rate = 60 / intervals[end - window..<end].sorted()[window / 2]
      low = min(low, rate)
      high = max(high, rate)
    }
    return HolterSummary.TrendPoint(seconds: seconds, mean: mean, low: low, high: high)
  }
}
