public import Cardio

/// Heart rate variability of a long recording in the time domain (Task Force of the ESC and NASPE 1996, Circulation 93:1043).
///
/// NN intervals lie between two readable beats that are not abnormal and last 0.3–2.0 s.
public struct VariabilityFigures: Hashable, Sendable {
  /// Seconds of a segment: five minutes.
  static let segmentSeconds = 300.0
  /// Seconds of NN intervals that a segment needs to count: six tenths of it.
  static let segmentMinimum = 180.0
  private static let plausible = 0.3...2.0

  /// SDNN and RMSSD of the whole recording.
  public let whole: HeartRateVariability
  /// The share of successive NN intervals that differ by more than 50 ms, 0…1.
  public let pnn50: Double
  /// SDANN: the standard deviation of the means of five-minute segments, in ms; `nil` with fewer than two segments.
  public let sdannMilliseconds: Double?
  /// SDNN index: the mean of the standard deviations of five-minute segments, in ms; `nil` without a segment.
  public let sdnnIndexMilliseconds: Double?

  /// The figures of beats; `nil` with too few NN intervals.
  public init?(_ beats: [HolterBeat]) {
    let intervals = beats.indices.map { index -> Double? in
      guard index > 0, let rr = beats[index].rrSeconds, Self.plausible.contains(rr), beats[index].isNormal,
        beats[index - 1].isNormal
      else { return nil }
      return rr
    }
    guard let whole = HeartRateVariability(nnSeconds: intervals) else { return nil }
    self.whole = whole
    var (differences, large) = (0, 0)
    for (first, second) in zip(intervals, intervals.dropFirst()) {
      guard let first, let second else { continue }
      differences += 1
      large += abs(second - first) > 0.050 ? 1 : 0
    }
    pnn50 = differences > 0 ? Double(large) / Double(differences) : 0
    var segments: [[Double]] = []
    for (beat, interval) in zip(beats, intervals) {
      guard let interval else { continue }
      let segment = Int(beat.seconds / Self.segmentSeconds)
      while segments.count <= segment { segments.append([]) }
      segments[segment].append(interval)
    }
    let full = segments.filter { $0.reduce(0, +) >= Self.segmentMinimum }
    let means = full.map { $0.reduce(0, +) / Double($0.count) }
    sdannMilliseconds = means.count > 1 ? Self.deviation(means) * 1000 : nil
    sdnnIndexMilliseconds =
      full.isEmpty ? nil : full.map(Self.deviation).reduce(0, +) / Double(full.count) * 1000
  }

  private static func deviation(_ values: [Double]) -> Double {
    guard values.count > 1 else { return 0 }
    let mean = values.reduce(0, +) / Double(values.count)
    return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
  }
}
