internal import Findings

/// Follows beats of one kind in a row.
///
/// A beat that is called so makes a run, one whose probability of it suffices may continue it: a classifier that misses one beat of
/// a run must not hide the run.
struct RunTracker: Hashable, Sendable, Codable {
  /// A run as far as it is known.
  struct Run: Hashable, Sendable, Codable {
    var onset: SignalMoment
    var end: SignalMoment
    /// R peaks of its latest beats, in samples.
    var positions: [Double]
    var beats = 1
    /// Beats that are there by probability alone, or as escape beats.
    var supporting = 0
    /// Those of them that come before the first beat that is called so.
    var leading = 0
    /// The sum of the probabilities of those; `nil` where none lead.
    var leadingSum: Double?
    /// The first beat that is called so.
    var calledOnset: SignalMoment?
    /// The highest probability of the kind.
    var probability: Double
    /// The sum of its beats' probabilities of the kind.
    var sum: Double
    /// The lowest probability among the beats that are called so; `nil` where none is.
    var lowestCalled: Double?
    /// How many of the beats before it were doubtful.
    var doubt: Int

    /// Mean rate in beats per minute; 0 for a single beat.
    var rate: Double {
      let seconds = end.seconds(since: onset)
      return seconds > 0 ? Double(beats - 1) * 60 / seconds : 0
    }

    /// The mean probability of the kind that a run needs among doubtful beats. In electrode motion added to clean recordings 95 % of what looks
    /// like a run has less than 0.69, of annotated runs a quarter has less than 0.76.
    static let certainty = 0.7

    /// The mean probability of the kind.
    var meanProbability: Double { sum / Double(beats) }

    /// Whether it is a run by the limits. Of a pair that counts as a run, one beat is presumed: the two that were found must be told with
    /// certainty.
    func isLongEnough(_ rule: RunRule) -> Bool {
      guard doubt < HeartActivity.doubtful || meanProbability >= Self.certainty else { return false }
      if beats == 2 {
        return supporting == 0 && rate >= rule.pairRate && lowestCalled ?? 0 >= HeartActivity.certainty
      }
      return beats >= rule.minimumBeats && supporting <= rule.supportingBeats * (beats / rule.minimumBeats)
    }

    /// The same run from its first beat on that is called so.
    var withoutLead: Run {
      guard leading > 0, let calledOnset else { return self }
      var run = self
      run.onset = calledOnset
      run.beats -= leading
      run.supporting -= leading
      run.leading = 0
      run.sum -= leadingSum ?? 0
      run.leadingSum = nil
      run.positions = positions.suffix(run.beats)
      return run
    }
  }

  private(set) var run: Run?

  /// Takes the next beat.
  ///
  /// - Parameters:
  ///   - moment: Its R peak.
  ///   - position: The same, in fractions of a sample.
  ///   - isCalled: Whether it is called what the run is made of.
  ///   - probability: The probability of it, as far as it is told.
  ///   - isEscape: Whether it is an escape beat, which continues a run as such a probability does.
  ///   - isConnected: Whether the interval before it is known.
  ///   - doubt: How many of the beats before it were doubtful.
  ///   - rule: The limits.
  /// - Returns: The run, when it is long enough.
  mutating func take(
    _ moment: SignalMoment, position: Double, isCalled: Bool, probability: Double, isEscape: Bool = false,
    isConnected: Bool, doubt: Int, rule: RunRule
  ) -> Run? {
    let supports = isCalled || isEscape || probability >= rule.supportingProbability
    guard supports else {
      run = nil
      return nil
    }
    var current =
      isConnected ? run.map { extended($0, by: moment, position: position, probability: probability) } : nil
    if current == nil {
      current = Run(
        onset: moment, end: moment, positions: [position], probability: probability, sum: probability,
        doubt: doubt)
    }
    guard var current else { return nil }
    if !isCalled {
      current.supporting += 1
      if current.calledOnset == nil {
        current.leading += 1
        current.leadingSum = (current.leadingSum ?? 0) + probability
      }
    } else {
      if current.calledOnset == nil { current.calledOnset = moment }
      current.lowestCalled = min(current.lowestCalled ?? probability, probability)
    }
    run = current
    return [current, current.withoutLead].first { $0.isLongEnough(rule) }
  }

  private func extended(_ run: Run, by moment: SignalMoment, position: Double, probability: Double) -> Run {
    var run = run
    run.beats += 1
    run.end = moment
    run.positions = Array((run.positions + [position]).suffix(AlertBody.beatLimit))
    run.probability = max(run.probability, probability)
    run.sum += probability
    return run
  }

  /// A beat that cannot be read lies between.
  mutating func interrupt() { run = nil }
}

/// Counts couplets: two ventricular beats in a row between others.
struct CoupletTracker: Hashable, Sendable, Codable {
  /// Most couplets that a window can ask for.
  static let limit = 32

  private var before: SignalMoment?
  private var beforePosition = 0.0
  private var length = 0
  /// The latest couplets, by their second beat.
  private(set) var couplets: [SignalMoment] = []
  /// R peaks of the latest couplets, in samples.
  private(set) var positions: [Double] = []

  /// Takes the next beat; returns whether a couplet has ended with the one before.
  mutating func take(_ moment: SignalMoment, position: Double, isVentricular: Bool, isConnected: Bool) -> Bool {
    let isCouplet = length == 2 && !isVentricular && isConnected
    if isCouplet, let before {
      couplets = (couplets + [before]).suffix(Self.limit)
    }
    guard isVentricular else {
      length = 0
      return isCouplet
    }
    length = isConnected ? length + 1 : 1
    if length == 2 { positions = (positions + [beforePosition, position]).suffix(AlertBody.beatLimit) }
    (before, beforePosition) = (moment, position)
    return false
  }

  /// Couplets that ended within `seconds` before a moment.
  func count(within seconds: Double, before moment: SignalMoment) -> Int {
    couplets.count { moment.seconds(since: $0) <= seconds }
  }

  /// The first of the latest `count` couplets.
  func first(of count: Int) -> SignalMoment? { couplets.suffix(count).first }

  /// A beat that cannot be read lies between.
  mutating func interrupt() { length = 0 }
}

/// Follows a ventricular beat after every so many others. The pattern begins with the others that lead to its first ventricular beat.
struct PatternTracker: Hashable, Sendable, Codable {
  /// A stretch of the pattern as far as it is known.
  struct Stretch: Hashable, Sendable, Codable {
    var onset: SignalMoment
    var end: SignalMoment
    /// Ventricular beats in it.
    var ventricular = 1
    /// Those of them that are ectopic beats and ventricular only with some probability.
    var supporting = 0
    /// R peaks of the latest ventricular beats, in samples.
    var positions: [Double]
  }

  /// Other beats between two ventricular ones.
  let spacing: Int
  private var others = 0
  /// The latest of the others, at most ``spacing``; `nil` where none is known.
  private var leading: [SignalMoment]?
  private(set) var stretch: Stretch?

  init(spacing: Int) { self.spacing = spacing }

  /// Takes the next beat; returns the pattern when a ventricular beat has kept it.
  ///
  /// - Parameters:
  ///   - moment: Its R peak.
  ///   - position: The same, in fractions of a sample.
  ///   - isVentricular: Whether it is called so.
  ///   - supports: Whether it is an ectopic beat that may be one: it keeps a pattern in which as many beats are called so.
  /// - Returns: The pattern, when it was kept.
  mutating func take(
    _ moment: SignalMoment, position: Double, isVentricular: Bool, supports: Bool
  ) -> Stretch? {
    guard isVentricular || supports else {
      others += 1
      leading = ((leading ?? []) + [moment]).suffix(spacing)
      if others > spacing { stretch = nil }
      return nil
    }
    defer {
      others = 0
      leading = nil
    }
    guard others == spacing, var current = stretch else {
      let onset = leading.flatMap { $0.count == spacing ? $0.first : nil } ?? moment
      stretch = Stretch(onset: onset, end: moment, supporting: isVentricular ? 0 : 1, positions: [position])
      return nil
    }
    current.end = moment
    current.ventricular += 1
    if !isVentricular { current.supporting += 1 }
    current.positions = (current.positions + [position]).suffix(AlertBody.beatLimit)
    stretch = current
    return 2 * current.supporting <= current.ventricular ? current : nil
  }

  /// A gap or a beat that cannot be read lies between.
  mutating func interrupt() {
    stretch = nil
    leading = nil
    others = 0
  }
}
