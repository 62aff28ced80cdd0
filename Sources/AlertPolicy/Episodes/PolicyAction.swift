public import Findings
public import Store

/// An episode: what happened, under a name that the same episode always gets.
public struct AlertEpisode: Hashable, Sendable, Codable {
  /// Its name.
  public var id: AlertID
  /// What it is about.
  public var body: AlertBody

  /// Describes an episode.
  public init(id: AlertID, body: AlertBody) {
    self.id = id
    self.body = body
  }
}

/// What the policy wants done.
public enum PolicyAction: Hashable, Sendable {
  /// A new episode: open an alert and tell people.
  case open(AlertEpisode)
  /// The episode's numbers changed; people are told only when it has become more severe.
  case update(AlertEpisode, isMoreSevere: Bool)
  /// The episode is over.
  case resolve(AlertEpisode)
  /// Nobody acknowledged: tell people again, for the `ordinal`th time (from 1).
  case remind(AlertEpisode, ordinal: Int)

  /// The episode that it is about.
  public var episode: AlertEpisode {
    switch self {
    case .open(let episode), .update(let episode, _), .resolve(let episode), .remind(let episode, _): episode
    }
  }
}

/// What the server's clock and the store say about a session.
public struct PolicyTick: Hashable, Sendable {
  /// Now, by the server's clock.
  public var now: UnixMicroseconds
  /// When the session's last chunk arrived.
  public var lastReceivedAt: UnixMicroseconds
  /// Whether the device has no newer session.
  public var isLatestSession: Bool
  /// Since when this process has been watching: silence is counted from here at the earliest, so that a restart of the
  /// whole system gives its devices time to come back.
  public var watchingSince: UnixMicroseconds
  /// Alerts of the session that somebody has acknowledged.
  public var acknowledged: Set<AlertID>

  /// States facts.
  public init(
    now: UnixMicroseconds, lastReceivedAt: UnixMicroseconds, isLatestSession: Bool, watchingSince: UnixMicroseconds,
    acknowledged: Set<AlertID> = []
  ) {
    self.now = now
    self.lastReceivedAt = lastReceivedAt
    self.isLatestSession = isLatestSession
    self.watchingSince = watchingSince
    self.acknowledged = acknowledged
  }
}
