/// Tells atrial fibrillation from the irregularity of intervals and the want of P waves.
///
/// Every ``hop`` beats the last ``window`` beats are judged; the mean of ``smoothing`` such judgements counts for the beats in
/// the middle of what they saw. So an episode is told some ``delayBeats`` beats late, but with the place where it began.
struct FibrillationDetector: Hashable, Sendable, Codable {
  /// Beats of a window.
  static let window = 40
  /// Beats from one judgement to the next.
  static let hop = 4
  /// Judgements of which the mean counts.
  static let smoothing = 5
  /// Beats between a beat and the judgement over it.
  static let delayBeats = window / 2 + smoothing / 2 * hop
  /// The fewest beats of a stretch that are judged at its end if no window was ever full.
  static let fewest = 20
  /// The mean logit at which fibrillation begins …
  static let on: Float = 0.2
  /// … and below which it is over.
  static let off: Float = -0.2
  /// A single judgement counts no more than this.
  private static let bound: Float = 4

  private var beats: [FibrillationBeat] = []
  private var sinceJudged = 0
  private var logits: [Float] = []
  private var hasJudged = false
  private var current: RhythmEpisode?
  private var confidence: Float = 0
  private var judgements = 0
  /// The last mean logit, and the beat for which it holds, in samples.
  private(set) var decided: Decision?

  /// A mean logit and its place.
  struct Decision: Hashable, Sendable, Codable {
    let logit: Float
    let position: Double
  }

  /// Takes the next beat; an excluded one lies in a ventricular rhythm.
  mutating func take(_ beat: RhythmBeat, isExcluded: Bool, into events: inout [RhythmEvent]) {
    beats.append(FibrillationBeat(beat, isExcluded: isExcluded))
    sinceJudged += 1
    current?.beats += 1
    // As many as reach from the newest back to the beat to which the oldest judgement belongs.
    let kept =
      FibrillationDetector.window + FibrillationDetector.hop * FibrillationDetector.smoothing
    if beats.count >= 2 * kept { beats.removeFirst(beats.count - kept) }
    guard beats.count >= FibrillationDetector.window, sinceJudged >= FibrillationDetector.hop else {
      return
    }
    sinceJudged = 0
    judge(beats.suffix(FibrillationDetector.window))
    guard logits.count > FibrillationDetector.smoothing / 2 else { return }
    decide(at: beats[beats.count - 1 - FibrillationDetector.delayBeats].position, into: &events)
  }

  /// Ends what goes on: a gap or the end follows the last beat.
  mutating func close(into events: inout [RhythmEvent]) {
    if logits.isEmpty, beats.count >= FibrillationDetector.fewest {
      judge(beats[...])
      if let first = beats.first { decide(at: first.position, into: &events) }
    } else {
      // The last beats have been judged, but not from both sides.
      while logits.count > FibrillationDetector.smoothing / 2 + 1 {
        logits.removeFirst()
        let back = min(
          beats.count,
          FibrillationDetector.window / 2 + (logits.count - 3) * FibrillationDetector.hop)
        decide(at: beats[beats.count - max(1, back)].position, into: &events)
      }
    }
    if let last = beats.last { finish(at: last.position, into: &events) }
    self = FibrillationDetector()
  }

  private mutating func judge(_ window: ArraySlice<FibrillationBeat>) {
    let bound = FibrillationDetector.bound
    var logit = -bound
    if let features = IrregularityFeatures(window, includingRegular: false) {
      logit = max(-bound, min(bound, FibrillationModel.network.logit(features.values)))
    }
    logits.append(logit)
    if logits.count > FibrillationDetector.smoothing { logits.removeFirst() }
  }

  private mutating func decide(at position: Double, into events: inout [RhythmEvent]) {
    let mean = logits.reduce(0, +) / Float(logits.count)
    decided = Decision(logit: mean, position: position)
    if current != nil {
      if position > current?.offset ?? position { current?.offset = position }
      judgements += 1
      confidence += FeatureNetwork.probability(mean)
      current?.confidence = confidence / Float(judgements)
      if mean < FibrillationDetector.off { finish(at: position, into: &events) }
    } else if mean >= FibrillationDetector.on {
      // The first judgement of a stretch holds for all that lies before it.
      let onset = hasJudged ? position : beats.first?.position ?? position
      confidence = FeatureNetwork.probability(mean)
      judgements = 1
      let episode = RhythmEpisode(
        rhythm: .atrialFibrillation, onset: onset, offset: max(position, onset),
        beats: beats.count { $0.position >= onset }, confidence: confidence)
      current = episode
      events.append(.began(episode))
    }
    hasJudged = true
  }

  private mutating func finish(at offset: Double, into events: inout [RhythmEvent]) {
    guard var episode = current else { return }
    episode.offset = max(offset, episode.onset)
    episode.beats = max(0, episode.beats - beats.count { $0.position > episode.offset })
    events.append(.ended(episode))
    current = nil
  }
}
