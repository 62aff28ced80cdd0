/// Decides which candidates are beats.
struct QRSDecision: Hashable, Sendable, Codable {
  /// Samples before the first decision: 2 s.
  static let learning = 250

  private(set) var hasLearnt = false
  private var signal: Float = 0
  private var noise: Float = 0
  private var rr: Float = 0
  private var intervals = 0
  private var lastTime: Int?
  private var leftOut: [QRSCandidate] = []

  mutating func learn(_ candidates: [QRSCandidate]) {
    hasLearnt = true
    signal = (candidates.map(\.height).max() ?? 0) * 0.7
    noise = signal * 0.1
  }

  mutating func decide(
    _ candidate: QRSCandidate, following: [QRSCandidate], accept: (QRSCandidate, Float) -> Void
  ) {
    if let last = lastTime {
      let waited = candidate.time - last
      if waited < QRSDetector.refractory { return }
      if intervals >= 4, Float(waited) > 1.6 * rr {
        let eligible = leftOut.filter {
          $0.time - last >= 45 && candidate.time - $0.time >= QRSDetector.refractory
        }
        if let best = eligible.max(by: { $0.height < $1.height }), best.height > 0.5 * threshold {
          take(best, accept: accept, confidence: 0.5)
        }
      }
    }
    for next in following {
      if next.time - candidate.time >= QRSDetector.refractory { break }
      if next.height > candidate.height { return leave(candidate) }
    }
    if candidate.height > threshold {
      take(candidate, accept: accept, confidence: 1)
    } else {
      leave(candidate)
    }
  }

  private var threshold: Float { max(12, noise + 0.3 * (signal - noise)) }

  private mutating func take(_ candidate: QRSCandidate, accept: (QRSCandidate, Float) -> Void, confidence: Float) {
    if let last = lastTime {
      let interval = Float(candidate.time - last)
      if interval < 250 {
        rr = intervals == 0 ? interval : rr + 0.2 * (min(max(interval, 0.5 * rr), 1.5 * rr) - rr)
        intervals += 1
      }
    }
    signal += 0.125 * (min(candidate.height, 2 * signal) - signal)
    lastTime = candidate.time
    leftOut.removeAll(keepingCapacity: true)
    accept(candidate, confidence)
  }

  private mutating func leave(_ candidate: QRSCandidate) {
    noise += 0.125 * (min(candidate.height, signal) - noise)
    leftOut.append(candidate)
    if leftOut.count > 32 { leftOut.removeFirst() }
  }
}
