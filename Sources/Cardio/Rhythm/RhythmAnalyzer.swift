/// The rhythm analysis of one live session: classified beats and the signal in, episodes out.
///
/// A value: copying it, or encoding and decoding it, is a checkpoint from which the analysis goes on exactly as it would
/// have. It is called with every chunk, right after the ``ECGStream`` that found the beats, with the same samples. How the signal is
/// cut into calls changes no episode, because a beat is taken ``lag`` samples behind its R peak whenever it was told.
///
/// An episode's beginning is told, behind the beat or sample that decides, after 5.2 s (``lag``) for everything made of beats: couplets
/// with the beat that follows, runs with their third beat, bigeminy and trigeminy with the third ventricular beat, pauses with the beat that ends
/// them, tachycardia and bradycardia when they have held for ten seconds, asystole 4 s and atrial fibrillation 28 beats behind its onset. Waveform
/// episodes are told about 4 s behind their onset. Gaps and lead-off end everything.
public struct RhythmAnalyzer: Hashable, Sendable, Codable {
  /// Samples behind its R peak at which a beat is taken: 5.2 s, more than ``ECGStream`` takes to tell a beat.
  public static let lag = 650

  /// The limits in force.
  public let criteria: RhythmCriteria

  /// The index that the next sample should have; `nil` before the first.
  public private(set) var nextSample: UInt64?

  private var stretchStart: UInt64?
  private var waiting: [RhythmBeat] = []
  private var lastPosition = -Double.infinity
  private var waveform = WaveformDetector()
  private var ventricularRun = RunDetector(
    beatClass: .ventricular, pair: .couplet, slow: .idioventricular, fast: .ventricularTachycardia)
  private var supraventricularRun = RunDetector(
    beatClass: .supraventricular, pair: nil, slow: nil, fast: .supraventricularTachycardia)
  private var bigeminy = PatternDetector(rhythm: .bigeminy, spacing: 1)
  private var trigeminy = PatternDetector(rhythm: .trigeminy, spacing: 2)
  private var rates = RateMeter()
  private var tachycardia = RateDetector(rhythm: .tachycardia, isHigh: true)
  private var bradycardia = RateDetector(rhythm: .bradycardia, isHigh: false)
  private var pauses = PauseDetector()
  private var fibrillation = FibrillationDetector()

  /// An analysis before its first sample.
  ///
  /// - Parameter criteria: The limits.
  public init(criteria: RhythmCriteria = RhythmCriteria()) {
    self.criteria = criteria
  }

  /// Takes the next samples and the beats that became known with them.
  ///
  /// - Parameters:
  ///   - samples: Converter values at 125 Hz.
  ///   - nanovoltsPerLSB: What one converter step is, in nV.
  ///   - firstSample: The index of the first of them on the session's timeline; a jump forward is a gap, what lies behind the
  ///     present is stale and left out.
  ///   - leadOff: Whether an electrode was off; the samples are then a gap.
  ///   - beats: The classified beats that ``ECGStream`` told with these samples, in order of time. Beats that are not
  ///     ascending by at least a sample, or lie in the future, are left out.
  /// - Returns: What began and what ended, in the order in which it was decided.
  public mutating func process(
    _ samples: Span<Int16>, nanovoltsPerLSB: UInt32, firstSample: UInt64, leadOff: Bool,
    beats: [RhythmBeat]
  ) -> [RhythmEvent] {
    var events: [RhythmEvent] = []
    waveform.forgetLogits()
    let end = firstSample + UInt64(samples.count)
    add(beats, before: Double(max(end, nextSample ?? 0)))
    var start = 0
    if let expected = nextSample {
      if firstSample < expected {
        start = Int(min(expected - firstSample, UInt64(samples.count)))
      } else if firstSample > expected {
        close(into: &events)
      }
    }
    guard start < samples.count else { return events }
    if leadOff {
      close(into: &events)
      nextSample = end
      return events
    }
    let stretch = stretchStart ?? firstSample + UInt64(start)
    stretchStart = stretch
    nextSample = end
    let scale = Float(nanovoltsPerLSB) / 1000
    while start < samples.count {
      let next = min(samples.count, start + waveform.untilJudgement)
      let isDue = waveform.take(samples, from: start, to: next, scale: scale)
      start = next
      let now = Double(stretch) + Double(waveform.samples)
      takeBeats(until: now - Double(RhythmAnalyzer.lag), into: &events)
      guard isDue else { continue }
      waveform.judge(stretchStart: stretch, into: &events)
      pauses.observeSilence(
        until: now - Double(RhythmAnalyzer.lag), start: Double(stretch),
        isVentricular: waveform.current != nil,
        criteria: criteria, into: &events)
    }
    return events
  }

  /// What the models say as of the last call, whether or not it begins or ends an episode.
  public var evidence: RhythmEvidence {
    RhythmEvidence(
      ventricularLow: waveform.lowest.map(FeatureNetwork.probability),
      ventricularHigh: waveform.highest.map(FeatureNetwork.probability),
      fibrillation: fibrillation.decided.map { FeatureNetwork.probability($0.logit) },
      fibrillationPosition: fibrillation.decided?.position)
  }

  /// Ends the session.
  ///
  /// - Parameter beats: The beats that ``ECGStream/finish()`` told, classified.
  /// - Returns: What began and what ended; nothing goes on afterwards.
  public mutating func finish(beats: [RhythmBeat]) -> [RhythmEvent] {
    var events: [RhythmEvent] = []
    add(beats, before: Double(nextSample ?? 0))
    close(into: &events)
    return events
  }

  private mutating func add(_ beats: [RhythmBeat], before end: Double) {
    for beat in beats where beat.position >= lastPosition + 1 && beat.position < end {
      lastPosition = beat.position
      waiting.append(beat)
    }
  }

  /// Takes every beat up to a sample.
  private mutating func takeBeats(until limit: Double, into events: inout [RhythmEvent]) {
    guard let first = waiting.first, first.position <= limit else { return }
    var taken = 0
    for beat in waiting {
      guard beat.position <= limit else { break }
      take(beat, into: &events)
      taken += 1
    }
    waiting.removeFirst(taken)
  }

  private mutating func take(_ beat: RhythmBeat, into events: inout [RhythmEvent]) {
    ventricularRun.take(beat, limit: criteria.ventricularTachycardiaRate, into: &events)
    supraventricularRun.take(beat, limit: criteria.supraventricularTachycardiaRate, into: &events)
    bigeminy.take(beat, into: &events)
    trigeminy.take(beat, into: &events)
    pauses.take(beat, criteria: criteria, into: &events)
    let rate = rates.add(beat)
    tachycardia.take(
      beat, rate: rate, on: criteria.tachycardiaRate, off: criteria.tachycardiaEndRate,
      seconds: criteria.rateSeconds, into: &events
    )
    bradycardia.take(
      beat, rate: rate, on: criteria.bradycardiaRate, off: criteria.bradycardiaEndRate,
      seconds: criteria.rateSeconds, into: &events
    )
    let isFibrillating = waveform.current.map { beat.position >= $0.onset } ?? false
    fibrillation.take(beat, isExcluded: isFibrillating, into: &events)
  }

  /// Ends the stretch: takes the beats that lie in it, and ends every episode.
  private mutating func close(into events: inout [RhythmEvent]) {
    guard let end = nextSample.map({ Double($0) }), stretchStart != nil else { return }
    takeBeats(until: end, into: &events)
    ventricularRun.close(into: &events)
    supraventricularRun.close(into: &events)
    bigeminy.close(into: &events)
    trigeminy.close(into: &events)
    tachycardia.close(into: &events)
    bradycardia.close(into: &events)
    rates = RateMeter()
    pauses.close(at: end, into: &events)
    fibrillation.close(into: &events)
    waveform.close(at: end, into: &events)
    stretchStart = nil
  }
}
