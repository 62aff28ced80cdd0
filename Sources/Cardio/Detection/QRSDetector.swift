/// Finds R peaks in the band-passed signal.
///
/// 1. QRS band (5–20 Hz), absolute value, moving mean: an envelope with one hump a complex, whatever its polarity.
/// 2. Every hump is a candidate. It is decided ``lookAhead`` samples later, when what follows it is known too.
/// 3. A candidate is a beat when it is the highest within the refractory time and stands above a threshold between the
///    running level of beats and that of the rest.
/// 4. When no beat comes for longer than the rhythm lets expect, the highest candidate left out is looked at again with
///    a lower threshold (search-back).
struct QRSDetector: Hashable, Sendable, Codable {
  /// Samples between a candidate and its decision: 0.8 s.
  static let lookAhead = 100
  /// No two beats are closer: 200 ms.
  static let refractory = 25

  private var envelope = QRSEnvelope()
  private var time = 0
  private var candidates: [QRSCandidate] = []
  private var decision = QRSDecision()

  @inline(__always)
  mutating func step(_ x: Float, band: borrowing SampleRing, found: (RPeak) -> Void) {
    if let candidate = envelope.step(x, at: time) { candidates.append(candidate) }
    time += 1
    if let first = candidates.first, time > first.time + QRSDetector.lookAhead, time > QRSDecision.learning {
      decide(band: band, found: found)
    }
  }

  mutating func finish(band: SampleRing, found: (RPeak) -> Void) {
    while !candidates.isEmpty { decide(band: band, found: found) }
  }

  private mutating func decide(band: borrowing SampleRing, found: (RPeak) -> Void) {
    if !decision.hasLearnt { decision.learn(candidates) }
    let candidate = candidates.removeFirst()
    let now = time
    decision.decide(candidate, following: candidates) { beat, confidence in
      found(QRSDetector.locate(beat, confidence: confidence, band: band, now: now))
    }
  }

  /// The largest deflection of the band-passed signal under the envelope's hump.
  private static func locate(
    _ candidate: QRSCandidate, confidence: Float, band: borrowing SampleRing, now time: Int
  ) -> RPeak {
    let centre = candidate.time - QRSEnvelope.delay
    let low = max(1, centre - 11)
    let high = max(low, min(time - 2, centre + 11))
    var mean: Float = 0
    for index in low...high { mean += band[index] }
    mean /= Float(high - low + 1)
    var best = low
    var bestValue: Float = -1
    for index in low...high {
      let value = abs(band[index] - mean)
      if value > bestValue {
        bestValue = value
        best = index
      }
    }
    let before = band[best - 1]
    let at = band[best]
    let after = band[min(best + 1, time - 1)]
    let curvature = before - 2 * at + after
    let fraction = abs(curvature) > 1e-3 ? min(0.5, max(-0.5, 0.5 * (before - after) / curvature)) : 0
    return RPeak(index: best, fraction: Double(fraction), amplitude: at, confidence: confidence)
  }
}
