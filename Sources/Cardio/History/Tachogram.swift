/// RR intervals over time, thinned so that no extreme is lost.
public enum Tachogram {
  /// The beats whose intervals a page draws.
  ///
  /// Where there are more intervals than points, each of `points / 2` groups of neighbours keeps its shortest and its longest interval: a pause or a
  /// premature beat is drawn at every zoom.
  /// - Parameters:
  ///   - beats: Beats in order; those without an interval are passed over.
  ///   - points: Most beats returned, at least 2.
  public static func points(_ beats: ArraySlice<HistoryBeat>, limit points: Int) -> [HistoryBeat] {
    let measured = beats.filter { $0.rrMilliseconds != nil }
    guard measured.count > points else { return measured }
    let groups = max(1, points / 2)
    var kept: [HistoryBeat] = []
    kept.reserveCapacity(2 * groups)
    for group in 0..<groups {
      let part = measured[measured.count * group / groups..<measured.count * (group + 1) / groups]
      guard let low = part.min(by: { ($0.rrMilliseconds ?? 0) < ($1.rrMilliseconds ?? 0) }),
        let high = part.max(by: { ($0.rrMilliseconds ?? 0) < ($1.rrMilliseconds ?? 0) })
      else { continue }
      kept += low.position == high.position ? [low] : low.position < high.position ? [low, high] : [high, low]
    }
    return kept
  }
}
