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
    /// Beats that are there by probability alone.
    var supporting = 0
    /// The highest probability of the kind.
    var probability: Double

    /// Mean rate in beats per minute; 0 for a single beat.
    var rate: Double {
      let seconds = end.seconds(since: onset)
      return seconds > 0 ? Double(beats - 1) * 60 / seconds : 0
    }

    /// Beats that are called so.
    var called: Int { beats - supporting }
  }

  private(set) var run: Run?

  /// Takes the next beat.
  ///
  /// - Parameters:
  ///   - moment: Its R peak.
  ///   - position: The same, in fractions of a sample.
  ///   - isCalled: Whether it is called what the run is made of.
  ///   - probability: The probability of it, as far as it is told.
  ///   - isConnected: Whether the interval before it is known.
  ///   - rule: The limits.
  /// - Returns: The run, when it is long enough.
  mutating func take(
    _ moment: SignalMoment, position: Double, isCalled: Bool, probability: Double, isConnected: Bool, rule: RunRule
  ) -> Run? {
    let supports = isCalled || probability >= rule.supportingProbability
    guard supports else {
      run = nil
      return nil
    }
    if var current = run, isConnected {
      current.beats += 1
      current.supporting += isCalled ? 0 : 1
      current.end = moment
      current.positions = Array((current.positions + [position]).suffix(AlertBody.beatLimit))
      current.probability = max(current.probability, probability)
      run = current
    } else {
      run = Run(
        onset: moment, end: moment, positions: [position], supporting: isCalled ? 0 : 1, probability: probability)
    }
    if let run, run.beats == 2, run.supporting == 0, run.rate >= rule.pairRate { return run }
    guard let run, run.beats >= rule.minimumBeats,
      run.supporting <= rule.supportingBeats * (run.beats / rule.minimumBeats)
    else { return nil }
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

/// Follows a ventricular beat after every so many others.
struct PatternTracker: Hashable, Sendable, Codable {
  /// A stretch of the pattern as far as it is known.
  struct Stretch: Hashable, Sendable, Codable {
    var onset: SignalMoment
    var end: SignalMoment
    /// Ventricular beats in it.
    var ventricular = 1
    /// R peaks of the latest ventricular beats, in samples.
    var positions: [Double]
  }

  /// Other beats between two ventricular ones.
  let spacing: Int
  private var others = 0
  private(set) var stretch: Stretch?

  init(spacing: Int) { self.spacing = spacing }

  /// Takes the next beat; returns the pattern when a ventricular beat has kept it.
  mutating func take(_ moment: SignalMoment, position: Double, isVentricular: Bool) -> Stretch? {
    guard isVentricular else {
      others += 1
      if others > spacing { stretch = nil }
      return nil
    }
    defer { others = 0 }
    guard others == spacing, var current = stretch else {
      stretch = Stretch(onset: moment, end: moment, positions: [position])
      return nil
    }
    current.end = moment
    current.ventricular += 1
    current.positions = (current.positions + [position]).suffix(AlertBody.beatLimit)
    stretch = current
    return current
  }

  /// A gap or a beat that cannot be read lies between.
  mutating func interrupt() {
    stretch = nil
    others = 0
  }
}
