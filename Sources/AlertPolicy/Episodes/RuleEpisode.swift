internal import Findings
internal import Store
internal import Wire

/// What the policy remembers of one rule.
struct RuleEpisode: Hashable, Sendable, Codable {
  /// An alert that goes on.
  struct Active: Hashable, Sendable, Codable {
    var episode: AlertEpisode
    /// When people were last told, by the server's clock.
    var toldAt: UnixMicroseconds
    /// How often people were reminded.
    var reminders = 0
    /// Sample at which the alert was last stored.
    var storedSample: UInt64
    /// Whether the numbers changed since.
    var isChanged = false
  }

  var gate = EpisodeGate()
  var active: Active?
  /// End of the last event of an episode made of events; where a rhythm that a model tells began.
  var lastEvent: SignalMoment?

  mutating func open(
    _ body: AlertBody, of reference: SessionReference, at sample: UInt64, now: UnixMicroseconds
  ) -> PolicyAction {
    let id = AlertID(reference: reference, rule: body.rule, onset: body.onset)
    let episode = AlertEpisode(id: id, body: body)
    active = Active(episode: episode, toldAt: now, storedSample: sample)
    return .open(episode)
  }

  mutating func resolve(at end: UInt64) -> PolicyAction? {
    guard var episode = active?.episode else { return nil }
    active = nil
    episode.body.end = max(end, episode.body.onset)
    return .resolve(episode)
  }

  /// Lets `change` alter the body of the alert that goes on.
  mutating func revise(_ change: (inout AlertBody) -> Void) {
    guard var body = active?.episode.body else { return }
    change(&body)
    guard body != active?.episode.body else { return }
    active?.episode.body = body
    active?.isChanged = true
  }

  /// Makes the alert that goes on more severe; `nil` if it is as severe already.
  mutating func worsen(
    to severity: AlertSeverity, explanation: String, evidence: [AlertEvidence], beats: [Double] = [],
    at sample: UInt64, now: UnixMicroseconds
  ) -> PolicyAction? {
    guard let current = active, current.episode.body.severity < severity else { return nil }
    revise {
      $0.severity = severity
      $0.explanation = explanation
      $0.evidence = evidence
      if !beats.isEmpty { $0.beats = Array(beats.suffix(AlertBody.beatLimit)) }
    }
    active?.toldAt = now
    return store(at: sample, isMoreSevere: true)
  }

  /// An update, when the numbers changed and the last one is `seconds` of signal ago.
  mutating func storeIfDue(at sample: UInt64, everySeconds seconds: Double) -> PolicyAction? {
    guard let current = active, current.isChanged, sample >= current.storedSample,
      Double(sample - current.storedSample) >= seconds * SignalMoment.sampleRate
    else { return nil }
    return store(at: sample, isMoreSevere: false)
  }

  /// A reminder, when nobody has acknowledged for long enough.
  mutating func remindIfDue(
    now: UnixMicroseconds, rule: ReminderRule, acknowledged: Set<AlertID>
  ) -> PolicyAction? {
    guard let current = active, isReminderDue(now: now, rule: rule), !acknowledged.contains(current.episode.id) else {
      return nil
    }
    active?.reminders += 1
    active?.toldAt = now
    return .remind(current.episode, ordinal: current.reminders + 1)
  }

  /// Whether a reminder is due unless somebody has acknowledged.
  func isReminderDue(now: UnixMicroseconds, rule: ReminderRule) -> Bool {
    guard let active, active.episode.body.severity >= rule.atLeast, active.reminders < rule.limit else { return false }
    return now >= active.toldAt && Double(now - active.toldAt) >= rule.intervalSeconds * 1e6
  }

  private mutating func store(at sample: UInt64, isMoreSevere: Bool) -> PolicyAction? {
    active?.storedSample = sample
    active?.isChanged = false
    return active.map { .update($0.episode, isMoreSevere: isMoreSevere) }
  }
}
