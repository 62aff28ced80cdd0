/// A stretch of a recording for which its readers name one rhythm.
public struct RhythmSpan: Hashable, Sendable {
  /// The name as annotated, without its parenthesis: `AFIB`, `VT`, `N`, `NOISE`.
  public let label: String
  /// From where to where, in seconds from the first sample.
  public let seconds: Range<Double>

  /// A stretch.
  ///
  /// - Parameters:
  ///   - label: The name without parenthesis.
  ///   - seconds: From where to where.
  public init(label: String, seconds: Range<Double>) {
    self.label = label
    self.seconds = seconds
  }

  /// How long it is, in seconds.
  public var duration: Double { seconds.upperBound - seconds.lowerBound }
}

extension WFDBAnnotations {
  /// The rhythms of a recording, in order of time: from each change of rhythm (`+` with an auxiliary text such as `(AFIB`) to
  /// the next, the last one to the end. A stretch between `[` and `]` without an annotation of its own becomes `VFL`, and
  /// takes its time from what is around it.
  ///
  /// - Parameters:
  ///   - rate: The rate at which the annotations count.
  ///   - end: How long the recording is, in seconds.
  public func rhythms(rate: SampleRate, end: Double) -> [RhythmSpan] {
    var spans: [RhythmSpan] = []
    var open: (label: String, start: Double)?
    func close(at time: Double) {
      if let open, time > open.start { spans.append(RhythmSpan(label: open.label, seconds: open.start..<time)) }
    }
    for annotation in annotations where annotation.code == .rhythmChange && annotation.auxiliary.hasPrefix("(") {
      let time = min(end, Double(annotation.sample) / rate.hertz)
      close(at: time)
      open = (String(annotation.auxiliary.dropFirst()), time)
    }
    close(at: end)
    for range in flutter {
      let start = min(end, Double(range.lowerBound) / rate.hertz)
      let stop = range.upperBound == .max ? end : min(end, Double(range.upperBound) / rate.hertz)
      guard stop > start, !spans.contains(where: { $0.label == "VFL" && $0.seconds.overlaps(start..<stop) }) else {
        continue
      }
      spans = spans.flatMap { $0.without(start..<stop) } + [RhythmSpan(label: "VFL", seconds: start..<stop)]
    }
    return spans.sorted { $0.seconds.lowerBound < $1.seconds.lowerBound }
  }
}

extension RhythmSpan {
  fileprivate func without(_ hole: Range<Double>) -> [RhythmSpan] {
    guard seconds.overlaps(hole) else { return [self] }
    var parts: [RhythmSpan] = []
    if seconds.lowerBound < hole.lowerBound {
      parts.append(RhythmSpan(label: label, seconds: seconds.lowerBound..<hole.lowerBound))
    }
    if hole.upperBound < seconds.upperBound {
      parts.append(RhythmSpan(label: label, seconds: hole.upperBound..<seconds.upperBound))
    }
    return parts
  }
}
