/// Tells when a sample was taken: each chunk states the time of its first sample, and a beat is told chunks later.
///
/// Where the device's clock jumps between two chunks, each beat keeps the time of the chunk that holds its R peak.
package struct CaptureTimeline: Sendable, Hashable, Codable {
  /// One sample at 125 Hz in microseconds.
  static let sampleInterval: UInt64 = 8000
  /// How far back a beat can lie, in samples: the 8 s of signal that the analysis keeps.
  private static let reach: UInt64 = 1100
  /// Most anchors: chunks of 187 samples need eight; shorter ones whose times fit each other need none of their own.
  private static let anchorLimit = 32

  private struct Anchor: Sendable, Hashable, Codable {
    var sample: UInt64
    var time: UInt64
  }

  private var anchors: [Anchor] = []

  /// Knows nothing yet.
  package init() {}

  /// Learns that `sample` was taken at `time` (Unix, microseconds).
  package mutating func add(sample: UInt64, time: UInt64) {
    if let last = anchors.last, last.time &+ (sample &- last.sample) &* Self.sampleInterval == time { return }
    let oldest = sample - min(sample, Self.reach)
    while anchors.count > 1, anchors[1].sample <= oldest { anchors.removeFirst() }
    if anchors.count >= Self.anchorLimit { anchors.removeFirst() }
    anchors.append(Anchor(sample: sample, time: time))
  }

  /// The time of a position between samples; 0 before anything is known.
  package func time(at position: Double) -> UInt64 {
    guard let anchor = anchors.last(where: { Double($0.sample) <= position }) ?? anchors.first else { return 0 }
    let offset = ((position - Double(anchor.sample)) * Double(Self.sampleInterval)).rounded()
    let time = Double(anchor.time) + offset
    return time > 0 ? UInt64(time) : 0
  }
}
