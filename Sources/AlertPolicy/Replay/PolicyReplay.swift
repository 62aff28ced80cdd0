public import Findings
public import Store
public import Wire

/// What an alert would have been, had a policy been in force while a session ran.
public struct ReplayedAlert: Hashable, Sendable {
  /// An occasion on which people would have been told that it had become more severe.
  public struct Worsening: Hashable, Sendable {
    /// When, Unix time in microseconds.
    public let at: UInt64
    /// How severe it was from then on.
    public let severity: AlertSeverity
  }

  /// Its name: the same that the live system would have given it.
  public let id: AlertID
  /// The severity with which it opened.
  public let openingSeverity: AlertSeverity
  /// What it was about, as last known.
  public internal(set) var body: AlertBody
  /// When people would have been told: the arrival of the chunk that decided where that is known, its end otherwise.
  /// Unix time in microseconds.
  public let openedAt: UInt64
  /// The end of the signal that had been seen then, in samples on the session's timeline.
  public let openedSample: UInt64
  /// When it became more severe.
  public internal(set) var worsened: [Worsening] = []
  /// When it was found to be over; `nil` where it went on. Unix time in microseconds.
  public internal(set) var resolvedAt: UInt64?
}

/// Runs a policy over findings that are there already: the machine of the live system, a clock made of the findings.
///
/// Feed one session's findings in their order. Reminders depend on people and are left out.
public struct PolicyReplay: Hashable, Sendable {
  /// The policy.
  public let configuration: AlertPolicyConfiguration
  /// The alerts so far, in the order in which they opened.
  public private(set) var alerts: [ReplayedAlert] = []

  private var machine: PolicyMachine
  private var lastTime: UInt64?
  private var places: [AlertID: Int] = [:]

  /// A replay of one session.
  public init(reference: SessionReference, configuration: AlertPolicyConfiguration) {
    self.configuration = configuration
    machine = PolicyMachine(reference: reference, configuration: configuration)
  }

  /// Runs a policy over the findings of one session, in the order of their sequence numbers.
  public static func alerts(
    of findings: some Sequence<Finding>, reference: SessionReference, under configuration: AlertPolicyConfiguration
  ) -> [ReplayedAlert] {
    var replay = PolicyReplay(reference: reference, configuration: configuration)
    for finding in findings { replay.add(finding) }
    return replay.alerts
  }

  /// Takes the session's next finding.
  public mutating func add(_ finding: Finding) {
    let end = finding.captureTime + UInt64(Double(finding.sampleCount) / SignalMoment.sampleRate * 1e6)
    let arrival = finding.receivedAt ?? end
    let time = max(arrival, lastTime ?? 0)
    passSilence(until: time)
    let sample = finding.firstSample + UInt64(finding.sampleCount)
    for action in machine.evaluate(finding, under: configuration, now: time) { note(action, at: time, sample) }
    lastTime = time
  }

  /// Lets the server's clock go on to a moment at which something arrives again.
  private mutating func passSilence(until time: UInt64) {
    guard let lastTime else { return }
    let limit = UInt64(configuration.noData.silenceSeconds * 1e6)
    guard time > lastTime, time - lastTime >= limit else { return }
    for (now, last) in [(lastTime + limit, lastTime), (time, time)] {
      let tick = PolicyTick(now: now, lastReceivedAt: last, isLatestSession: true, watchingSince: 0)
      for action in machine.tick(tick, under: configuration) { note(action, at: now, machine.lastMoment.sample) }
    }
  }

  private mutating func note(_ action: PolicyAction, at time: UInt64, _ sample: UInt64) {
    let episode = action.episode
    switch action {
    case .open:
      places[episode.id] = alerts.count
      alerts.append(
        ReplayedAlert(
          id: episode.id, openingSeverity: episode.body.severity, body: episode.body, openedAt: time,
          openedSample: sample))
    case .update(_, let isMoreSevere):
      guard let place = places[episode.id] else { return }
      alerts[place].body = episode.body
      if isMoreSevere { alerts[place].worsened.append(.init(at: time, severity: episode.body.severity)) }
    case .resolve:
      guard let place = places[episode.id] else { return }
      alerts[place].body = episode.body
      alerts[place].resolvedAt = time
    case .remind: break
    }
  }
}
