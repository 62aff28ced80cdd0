/// Turns a level into an episode: it begins when a condition has held for a minimum duration, and ends when the condition's
/// opposite has held for another. What lies between the two limits changes nothing once the episode has begun.
struct EpisodeGate: Hashable, Sendable, Codable {
  /// What a measurement says about the condition.
  enum Level: Sendable {
    /// At the limit or beyond.
    case on
    /// Between the limits.
    case between
    /// On the normal side of the limit where it is over.
    case off
    /// Not measured: the signal is unreadable.
    case unknown
  }

  /// How long each side must hold, in seconds of signal.
  struct Timing: Sendable {
    var onSeconds: Double
    var offSeconds: Double
    var bridgedSeconds: Double
  }

  /// What a measurement changed.
  enum Transition: Hashable, Sendable {
    /// The episode began at the moment at which the condition first held.
    case began(SignalMoment)
    /// The episode ended at the moment at which the condition was first over.
    case ended(SignalMoment)
  }

  private enum Phase: Hashable, Sendable, Codable {
    case idle
    case rising(SignalMoment)
    case active
    case falling(SignalMoment)
  }

  private var phase: Phase = .idle
  private var lastKnown: SignalMoment?

  /// Whether an episode goes on.
  var isActive: Bool {
    switch phase {
    case .idle, .rising: false
    case .active, .falling: true
    }
  }

  /// Whether the condition holds, though perhaps not for long enough yet.
  var isRisingOrActive: Bool { phase != .idle }

  /// Whether the condition holds, and its end has not begun to show.
  var isHolding: Bool {
    switch phase {
    case .idle, .falling: false
    case .rising, .active: true
    }
  }

  /// Since when the condition's end shows, while that is not settled.
  var fallingSince: SignalMoment? { if case .falling(let moment) = phase { moment } else { nil } }

  /// Takes the next measurement, which covers the signal from `start` to `end`.
  mutating func observe(
    _ level: Level, from start: SignalMoment, to end: SignalMoment, timing: Timing
  ) -> Transition? {
    guard level != .unknown else { return nil }
    if let lastKnown, start.seconds(since: lastKnown) > timing.bridgedSeconds { forgetUnsettled() }
    lastKnown = end
    switch (phase, level) {
    case (.idle, .on):
      phase = .rising(start)
      return settle(at: end, timing)
    case (.rising, .on), (.falling, .off): return settle(at: end, timing)
    case (.rising, _): phase = .idle
    case (.active, .off):
      phase = .falling(start)
      return settle(at: end, timing)
    case (.falling, _): phase = .active
    case (.idle, _), (.active, _): break
    }
    return nil
  }

  /// Ends whatever there is, without a transition.
  mutating func reset() { self = EpisodeGate() }

  /// A stretch without measurements proves nothing about the condition: what had not settled starts anew.
  private mutating func forgetUnsettled() {
    switch phase {
    case .rising: phase = .idle
    case .falling: phase = .active
    case .idle, .active: break
    }
  }

  private mutating func settle(at end: SignalMoment, _ timing: Timing) -> Transition? {
    switch phase {
    case .rising(let onset) where end.seconds(since: onset) >= timing.onSeconds:
      phase = .active
      return .began(onset)
    case .falling(let moment) where end.seconds(since: moment) >= timing.offSeconds:
      phase = .idle
      return .ended(moment)
    default: return nil
    }
  }
}
