/// Decides, in order of time, which humps of the ``QRSEnvelope`` are beats.
///
/// Every candidate waits for ``lookAhead`` samples, so that what follows it is known, and is then decided for good.
struct QRSDetector: Hashable, Sendable, Codable {
  /// Samples between a candidate and its decision: 0.8 s.
  static let lookAhead = 100
  /// Samples before the first decision, from which the first levels are learnt: 2 s, a beat even at 30 a minute.
  static let learning = 250
  /// Where they show nothing that stands out, learning goes on by steps of half a second …
  static let learningStep = 62
  /// … until here, 4 s; then what is there must do.
  static let longestLearning = 500
  /// Beats whose peak lies nearer to the beginning of a stretch are not told: the signal that would show them is cut off.
  static let edge = 6

  private var candidates: [QRSCandidate] = []
  private var decision = QRSDecision()
  private var locator = RPeakLocator()
  /// The count of samples at which the first candidate is to be decided.
  private(set) var nextDecision = Int.max
  private var learningEnd = learning

  /// Takes the next candidate.
  mutating func add(_ candidate: QRSCandidate) {
    candidates.append(candidate)
    if candidates.count == 1 { schedule() }
  }

  /// Decides what is due after `count` samples; calls `found` for every beat, in order of time.
  mutating func decide(count: Int, band: SampleRing.View, found: (RPeak) -> Void) {
    guard decision.hasLearnt || learn(count: count) else { return }
    while count > nextDecision { decideFirst(count: count, band: band, found: found) }
  }

  /// Decides all that waits: the stretch ends after `count` samples.
  mutating func finish(count: Int, band: SampleRing.View, found: (RPeak) -> Void) {
    if !decision.hasLearnt { decision.learn(candidates, isLast: true) }
    while !candidates.isEmpty { decideFirst(count: count, band: band, found: found) }
  }

  private mutating func learn(count: Int) -> Bool {
    if !decision.learn(candidates, isLast: count >= QRSDetector.longestLearning) {
      learningEnd += QRSDetector.learningStep
    }
    schedule()
    return decision.hasLearnt
  }

  private mutating func decideFirst(count: Int, band: SampleRing.View, found: (RPeak) -> Void) {
    let candidate = candidates.removeFirst()
    schedule()
    decision.decide(candidate, following: candidates) { beat, confidence in
      let peak = locator.locate(under: beat, band: band, count: count, confidence: confidence)
      if peak.index >= QRSDetector.edge { found(peak) }
    }
  }

  private mutating func schedule() {
    nextDecision =
      candidates.first.map { max($0.time + QRSDetector.lookAhead, learningEnd) } ?? .max
  }
}
