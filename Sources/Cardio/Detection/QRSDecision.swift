/// The rules by which a candidate is a beat.
///
/// A candidate is a beat unless
/// * a beat lies less than ``refractory`` before it, or a higher candidate less than that behind it;
/// * it stands ahead of a much higher one as a P wave does (``pWaveReach``, ``pWaveRatio``);
/// * it follows a beat as a T wave or a second hump does, and is lower than a share of it (``tWaveReach``);
/// * it is below the threshold of ``QRSLevels``.
///
/// When no beat came for longer than the rhythm lets expect, the highest candidate left out since is one, if it reaches a
/// lower threshold (search-back). The constants were chosen on both leads of `mitdb` and of one half of `svdb` together.
struct QRSDecision: Hashable, Sendable, Codable {
  /// No two beats are nearer, in samples: 224 ms, a rate of 268 a minute.
  static let refractory = 28
  /// How far ahead of a QRS complex a P wave may lie, in samples: 320 ms.
  private static let pWaveReach = 40
  /// How many times higher the QRS complex behind a P wave is at least.
  private static let pWaveRatio: Float = 1.33
  /// How far behind a beat its T wave or second hump may lie, in samples: 320 ms.
  private static let tWaveReach = 40
  /// The share of the beat's height that a candidate needs at the end of the refractory time …
  private static let earlyShare: Float = 0.95
  /// … and at ``tWaveReach``; between them on a straight line.
  private static let lateShare: Float = 0.78
  /// Search-back begins when this many times the median RR interval has passed.
  private static let searchAfter: Float = 1.6
  /// The share of the threshold that suffices for it.
  private static let searchShare: Float = 0.66
  /// How near to its neighbours a beat found by it may lie, in median RR intervals.
  private static let searchDistance: Float = 0.49
  /// How old a candidate may be for it, in samples: 3.2 s. The signal around it must still be in the ring.
  private static let searchReach = 400
  /// RR intervals of which the median is taken.
  private static let rhythmLength = 8
  /// RR intervals needed before search-back is trusted.
  private static let rhythmMinimum = 4
  /// An interval longer than this is a pause, no rhythm, in samples: 2 s.
  private static let longestRhythm = 250
  /// Without a beat for this long the levels are learnt anew, in samples: 4.8 s, longer than any pause that is followed
  /// by beats of the same height.
  private static let relearnAfter = 560
  /// Candidates kept for search-back: more than 5 s of the densest noise.
  private static let leftOutLimit = 64

  private var levels = QRSLevels()
  private(set) var hasLearnt = false
  private var intervals: [Int] = []
  private var medianInterval: Float = 0
  private var last: QRSCandidate?
  private var lastSuccess = 0
  private var leftOut: [QRSCandidate] = []

  /// Takes the first levels from the first candidates; without a beat that stands out among them only when told that
  /// these are the `last` to learn from. Returns whether it did.
  @discardableResult
  mutating func learn(_ candidates: [QRSCandidate], isLast: Bool) -> Bool {
    let heights = candidates.map(\.height).sorted()
    hasLearnt = levels.learn(heights, isForced: isLast)
    return hasLearnt
  }

  /// Decides `candidate`, knowing what follows it; calls `accept` with each beat and how surely it is one (0…1).
  mutating func decide(
    _ candidate: QRSCandidate, following: [QRSCandidate], accept: (QRSCandidate, Float) -> Void
  ) {
    if candidate.time - lastSuccess > QRSDecision.relearnAfter { relearn(at: candidate.time) }
    if let last, candidate.time - last.time < QRSDecision.refractory { return }
    searchBack(from: candidate, accept: accept)
    if isOvershadowed(candidate, by: following) || candidate.height <= limit(for: candidate) {
      leave(candidate)
    } else {
      take(candidate, accept: accept)
    }
  }

  private func isOvershadowed(_ candidate: QRSCandidate, by following: [QRSCandidate]) -> Bool {
    for next in following {
      let distance = next.time - candidate.time
      if distance > QRSDecision.pWaveReach { return false }
      let ratio = distance < QRSDecision.refractory ? 1 : QRSDecision.pWaveRatio
      if next.height > ratio * candidate.height { return true }
    }
    return false
  }

  private func limit(for candidate: QRSCandidate) -> Float {
    guard let last, candidate.time - last.time < QRSDecision.tWaveReach else {
      return levels.threshold
    }
    let way =
      Float(candidate.time - last.time - QRSDecision.refractory)
      / Float(QRSDecision.tWaveReach - QRSDecision.refractory)
    let share = QRSDecision.earlyShare + (QRSDecision.lateShare - QRSDecision.earlyShare) * way
    return max(levels.threshold, share * levels.bounded(last.height))
  }

  private mutating func searchBack(
    from candidate: QRSCandidate, accept: (QRSCandidate, Float) -> Void
  ) {
    guard let last, intervals.count >= QRSDecision.rhythmMinimum,
      Float(candidate.time - last.time) > QRSDecision.searchAfter * medianInterval
    else { return }
    let distance = QRSDecision.searchDistance * medianInterval
    var best: QRSCandidate?
    for left in leftOut
    where candidate.time - left.time <= QRSDecision.searchReach
      && Float(left.time - last.time) >= distance && Float(candidate.time - left.time) >= distance
      && left.height > (best?.height ?? QRSDecision.searchShare * levels.searchThreshold)
    { best = left }
    if let best { take(best, accept: accept) }
  }

  private mutating func take(_ candidate: QRSCandidate, accept: (QRSCandidate, Float) -> Void) {
    // At twice the threshold a beat is beyond doubt.
    let confidence = min(1, candidate.height / (2 * levels.threshold))
    if let last, candidate.time - last.time < QRSDecision.longestRhythm {
      intervals.append(candidate.time - last.time)
      if intervals.count > QRSDecision.rhythmLength { intervals.removeFirst() }
      medianInterval = Float(intervals.sorted()[intervals.count / 2])
    }
    levels.takeBeat(candidate.height)
    last = candidate
    lastSuccess = candidate.time
    leftOut.removeAll(keepingCapacity: true)
    accept(candidate, confidence)
  }

  private mutating func leave(_ candidate: QRSCandidate) {
    levels.takeRest(candidate.height)
    if leftOut.count == QRSDecision.leftOutLimit { leftOut.removeFirst() }
    leftOut.append(candidate)
  }

  /// Long silence: an electrode may have moved, and the beats may have become much lower than before.
  private mutating func relearn(at time: Int) {
    lastSuccess = time
    if levels.learn(leftOut.map(\.height).sorted(), isForced: false) {
      leftOut.removeAll(keepingCapacity: true)
    }
  }
}
