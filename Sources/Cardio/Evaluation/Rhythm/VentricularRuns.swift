/// Runs of ventricular beats in a list of annotated beats.
public struct VentricularRuns {
  /// The runs, in order: how many beats, and from the first R peak to the last in seconds.
  public let runs: [(beats: Int, seconds: Range<Double>)]

  /// The runs of class V in `beats` (seconds and class, in order of time).
  public init(_ beats: [(seconds: Double, beatClass: BeatClass)]) {
    var runs: [(Int, Range<Double>)] = []
    var count = 0
    var start = 0.0
    var last = 0.0
    for beat in beats {
      if beat.beatClass == .ventricular {
        if count == 0 { start = beat.seconds }
        count += 1
        last = beat.seconds
      } else {
        if count > 1 { runs.append((count, start..<max(last, start))) }
        count = 0
      }
    }
    if count > 1 { runs.append((count, start..<max(last, start))) }
    self.runs = runs
  }

  /// The stretches of runs of so many beats.
  public func spans(lengths: ClosedRange<Int>) -> [Range<Double>] {
    runs.filter { lengths.contains($0.beats) }.map(\.seconds)
  }
}

extension SpanComparison {
  /// Run-by-run comparison of EC57: runs are never merged, since two of them may lie a single beat apart. A reference run is found
  /// when a stretch of `anyOf` overlaps it, a detected run is confirmed when it overlaps a reference run.
  init(runs: [Range<Double>], detected: [Range<Double>], anyOf: [Range<Double>]) {
    self.init()
    reference = runs.count
    self.detected = detected.count
    found = runs.count { run in anyOf.contains { $0.overlaps(run) } }
    confirmed = detected.count { run in runs.contains { $0.overlaps(run) } }
    referenceSeconds = runs.reduce(0) { $0 + $1.upperBound - $1.lowerBound }
    detectedSeconds = detected.reduce(0) { $0 + $1.upperBound - $1.lowerBound }
    for run in runs {
      for span in detected where span.overlaps(run) {
        let shared = span.clamped(to: run)
        sharedSeconds += shared.upperBound - shared.lowerBound
      }
    }
  }
}
