/// Episodes and durations of one rhythm against the reference, as ANSI/AAMI EC57 compares atrial fibrillation and
/// ventricular fibrillation: an episode counts when it overlaps one of the other side, a second when it lies in both.
public struct SpanComparison: Hashable, Sendable {
  /// Reference episodes.
  public var reference = 0
  /// Reference episodes that overlap a detected one.
  public var found = 0
  /// Detected episodes.
  public var detected = 0
  /// Detected episodes that overlap a reference one.
  public var confirmed = 0
  /// Seconds of the reference.
  public var referenceSeconds = 0.0
  /// Seconds detected.
  public var detectedSeconds = 0.0
  /// Seconds in both.
  public var sharedSeconds = 0.0

  /// A comparison of nothing.
  public init() {}

  /// Compares stretches in seconds; those of one side that touch or overlap are one episode.
  ///
  /// - Parameters:
  ///   - reference: The annotated stretches.
  ///   - detected: The detected stretches.
  ///   - excluded: Stretches that do not count on either side. What remains of an episode counts.
  public init(reference: [Range<Double>], detected: [Range<Double>], excluded: [Range<Double>] = []) {
    let excluded = SpanComparison.merged(excluded)
    let wanted = SpanComparison.subtract(excluded, from: SpanComparison.merged(reference))
    let told = SpanComparison.subtract(excluded, from: SpanComparison.merged(detected))
    self.reference = wanted.count
    self.detected = told.count
    found = wanted.count { span in told.contains { $0.overlaps(span) } }
    confirmed = told.count { span in wanted.contains { $0.overlaps(span) } }
    referenceSeconds = SpanComparison.length(wanted)
    detectedSeconds = SpanComparison.length(told)
    sharedSeconds = wanted.reduce(0) { sum, span in
      sum + told.reduce(0) { $0 + SpanComparison.length([$1.clamped(to: span)]) }
    }
  }

  /// Found of the reference episodes, a fraction; `nil` without any.
  public var episodeSensitivity: Double? { reference > 0 ? Double(found) / Double(reference) : nil }
  /// Confirmed of the detected episodes, a fraction; `nil` without any.
  public var episodePredictivity: Double? { detected > 0 ? Double(confirmed) / Double(detected) : nil }
  /// Shared of the reference's seconds, a fraction; `nil` without any.
  public var durationSensitivity: Double? { referenceSeconds > 0 ? sharedSeconds / referenceSeconds : nil }
  /// Shared of the detected seconds, a fraction; `nil` without any.
  public var durationPredictivity: Double? { detectedSeconds > 0 ? sharedSeconds / detectedSeconds : nil }

  /// Adds another record's counts: the gross statistics of EC57.
  public static func += (lhs: inout SpanComparison, rhs: SpanComparison) {
    lhs.reference += rhs.reference
    lhs.found += rhs.found
    lhs.detected += rhs.detected
    lhs.confirmed += rhs.confirmed
    lhs.referenceSeconds += rhs.referenceSeconds
    lhs.detectedSeconds += rhs.detectedSeconds
    lhs.sharedSeconds += rhs.sharedSeconds
  }

  /// The union of stretches, in order of time; empty ones are left out.
  static func merged(_ spans: [Range<Double>]) -> [Range<Double>] {
    var result: [Range<Double>] = []
    for span in spans.filter({ !$0.isEmpty }).sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = result.last, span.lowerBound <= last.upperBound {
        result[result.count - 1] = last.lowerBound..<max(last.upperBound, span.upperBound)
      } else {
        result.append(span)
      }
    }
    return result
  }

  /// What remains of merged stretches outside other merged stretches.
  static func subtract(_ holes: [Range<Double>], from spans: [Range<Double>]) -> [Range<Double>] {
    spans.flatMap { span -> [Range<Double>] in
      var parts: [Range<Double>] = []
      var start = span.lowerBound
      for hole in holes where hole.overlaps(span) {
        if hole.lowerBound > start { parts.append(start..<hole.lowerBound) }
        start = max(start, hole.upperBound)
      }
      if start < span.upperBound { parts.append(start..<span.upperBound) }
      return parts
    }
  }

  private static func length(_ spans: [Range<Double>]) -> Double {
    spans.reduce(0) { $0 + ($1.upperBound - $1.lowerBound) }
  }
}

extension SpanComparison: Encodable {
  /// Encodes the counts, the seconds and the four rates.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(reference, forKey: .referenceEpisodes)
    try container.encode(detected, forKey: .detectedEpisodes)
    try container.encode(referenceSeconds, forKey: .referenceSeconds)
    try container.encode(detectedSeconds, forKey: .detectedSeconds)
    try container.encode(episodeSensitivity, forKey: .episodeSensitivity)
    try container.encode(episodePredictivity, forKey: .episodePositivePredictivity)
    try container.encode(durationSensitivity, forKey: .durationSensitivity)
    try container.encode(durationPredictivity, forKey: .durationPositivePredictivity)
  }

  private enum Key: String, CodingKey {
    case referenceEpisodes, detectedEpisodes, referenceSeconds, detectedSeconds, episodeSensitivity
    case episodePositivePredictivity, durationSensitivity, durationPositivePredictivity
  }
}
