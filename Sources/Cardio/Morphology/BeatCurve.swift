/// A median beat as a curve with a point for each millisecond.
struct BeatCurve {
  /// Points per sample at 125 Hz.
  private static let fineness = 8
  /// The R peak.
  private static let r = AlignedBeat.before * fineness
  /// The part in which a QRS complex may lie.
  private static let reach = (r - 140)...(r + 180)
  /// A slope below this share of the steepest is flat.
  private static let flatShare: Float = 0.05
  /// How long it must be flat for a complex to be over.
  private static let flatPoints = 12
  /// Steep parts of one complex are no farther apart than this.
  private static let pause = 30
  /// QRS complexes of an adult, widened by the filter: outside it is something else that was found.
  private static let plausibleComplex = 40...260

  private let points: [Float]
  /// The change over 8 ms at each point.
  private let slopes: [Float]
  private let extent: Float

  init?(_ samples: [Float]) {
    guard samples.count == AlignedBeat.count else { return nil }
    var points: [Float] = []
    points.reserveCapacity((samples.count - 1) * Self.fineness + 1)
    for place in 0..<samples.count - 1 {
      for step in 0..<Self.fineness {
        points.append(
          AlignedBeat.interpolate(
            samples[max(0, place - 1)], samples[place], samples[place + 1], samples[min(samples.count - 1, place + 2)],
            Float(step) / Float(Self.fineness)))
      }
    }
    self.points = points
    slopes = points.indices.map { points[min(points.count - 1, $0 + 4)] - points[max(0, $0 - 4)] }
    let near = points[Self.r - 60...Self.r + 60]
    extent = (near.max() ?? 0) - (near.min() ?? 0)
    // A beat of less than 100 µV is not to be told from noise.
    guard extent >= 100 else { return nil }
  }

  /// The QRS complex; `nil` where it has no plausible edges.
  func complex() -> Range<Int>? {
    let steepest = Self.reach.reduce(Float(0)) { max($0, abs(slopes[$1])) }
    let limit = Self.flatShare * steepest
    func edge(_ step: Int) -> Int? {
      var last = Self.r
      var place = Self.r
      // Past every steep part that is near the one before.
      while Self.reach.contains(place), abs(place - last) <= Self.pause {
        if abs(slopes[place]) > 2 * limit { last = place }
        place += step
      }
      place = last
      var flat = 0
      while Self.reach.contains(place) {
        flat = abs(slopes[place]) < limit ? flat + 1 : 0
        if flat == Self.flatPoints { return place - step * (Self.flatPoints - 1) }
        place += step
      }
      return nil
    }
    guard let onset = edge(-1), let offset = edge(1), Self.plausibleComplex.contains(offset - onset) else { return nil }
    return onset..<offset
  }

  /// Where the T wave ends, in points; `nil` where there is none to measure.
  func repolarisationEnd(after complex: Range<Int>, rrMilliseconds: Double?) -> Double? {
    let start = complex.upperBound + 60
    // The next beat's P wave begins 200 ms before its R peak at the latest.
    let limit = min(points.count - 20, Self.r + Int((rrMilliseconds ?? 1000) - 220))
    guard start + 60 < limit else { return nil }
    let level = mean(max(0, complex.lowerBound - 24)..<max(1, complex.lowerBound - 6))
    guard let peak = extremum(in: start..<limit, from: level), peak > start, peak < limit - 20 else { return nil }
    let height = points[peak] - level
    guard abs(height) >= max(60, 0.05 * extent) else { return nil }
    // It must be a wave and no drift: the curve is near the level before it, and comes back most of the way behind it.
    guard points[start..<peak].contains(where: { ($0 - level) / height < 0.5 }),
      points[peak..<limit].contains(where: { ($0 - level) / height < 0.3 })
    else { return nil }
    guard let end = tangent(from: peak, step: 1, level: level, height: height, limit: min(points.count - 1, limit + 60))
    else { return nil }
    let interval = end - Double(complex.lowerBound)
    guard (200...700).contains(interval), interval < (rrMilliseconds ?? 1000) else { return nil }
    return end
  }

  /// Where the P wave begins, in points; `nil` where there is none to measure.
  func atrialOnset(before complex: Range<Int>, rrMilliseconds: Double?) -> Double? {
    // Not into the T wave of the beat before, which ends at about half its interval.
    let earliest = max(12, Self.r - Int(min(340, (rrMilliseconds ?? 1000) * 0.5)))
    let latest = complex.lowerBound - 10
    guard earliest + 60 < latest else { return nil }
    let level = mean(max(0, latest - 10)..<latest)
    guard let peak = extremum(in: earliest..<latest, from: level), peak > earliest + 8, peak < latest - 8 else {
      return nil
    }
    let height = points[peak] - level
    guard abs(height) >= max(40, 0.03 * extent) else { return nil }
    // It must be a wave: the curve comes down on both sides to less than half.
    let before = points[earliest..<peak].map { abs($0 - points[peak]) }.max() ?? 0
    guard before >= abs(height) / 2 else { return nil }
    guard let onset = tangent(from: peak, step: -1, level: level, height: height, limit: max(0, earliest - 40)) else {
      return nil
    }
    guard (80...340).contains(Double(complex.lowerBound) - onset) else { return nil }
    return onset
  }

  /// Where the steepest tangent on one side of a wave meets a level.
  private func tangent(from peak: Int, step: Int, level: Float, height: Float, limit: Int) -> Double? {
    var best = peak
    var place = peak
    var least: Float = 1
    // On the way from the peak until the level is reached or another wave begins.
    while place != limit, abs(place - peak) < 220 {
      let share = (points[place] - level) / height
      least = min(least, share)
      guard share > 0.05, share < least + 0.1 else { break }
      if abs(slopes[place]) > abs(slopes[best]) { best = place }
      place += step
    }
    let slope = slopes[best] / 8
    guard best != peak, abs(slope) > 1e-4 else { return nil }
    let end = Double(best) - Double((points[best] - level) / slope)
    return end.isFinite && end >= 0 && end <= Double(points.count) ? end : nil
  }

  /// The point farthest from a level.
  private func extremum(in range: Range<Int>, from level: Float) -> Int? {
    range.max { abs(points[$0] - level) < abs(points[$1] - level) }
  }

  private func mean(_ range: Range<Int>) -> Float { points[range].reduce(0, +) / Float(max(1, range.count)) }
}
