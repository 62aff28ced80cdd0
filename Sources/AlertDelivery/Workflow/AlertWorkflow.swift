public import Findings
public import Store

/// What people may do about an alert, and where it stands then. Pure: told the time.
///
/// The episode and the work on it are two things: an episode may end by itself while nobody has looked, and a person may
/// close an alert whose episode goes on.
public enum AlertWorkflow {
  /// Longest snooze of an alert of high severity, in seconds.
  public static let longestSnoozeHigh: UInt64 = 3600
  /// Longest snooze of any other, in seconds: a shift.
  public static let longestSnooze: UInt64 = 12 * 3600

  /// What a person does.
  public enum Action: Hashable, Sendable {
    /// Takes note.
    case acknowledge
    /// Makes it somebody's task.
    case assign(to: String)
    /// Wants nobody told of it again before a time.
    case snooze(until: UnixMicroseconds)
    /// Says that nothing is left to be done.
    case resolve

    /// The line in the log.
    public var kind: AlertEvent.Kind {
      switch self {
      case .acknowledge: .acknowledged
      case .assign: .assigned
      case .snooze: .snoozed
      case .resolve: .resolved
      }
    }

    /// Whether a person has to say why.
    public var needsReason: Bool {
      switch self {
      case .acknowledge, .assign: false
      case .snooze, .resolve: true
      }
    }
  }

  /// Why it cannot be done.
  public enum Refusal: String, Error, Hashable, Sendable {
    /// Nothing is left to be done.
    case isResolved = "alert-resolved"
    /// Not in the future.
    case snoozeInThePast = "snooze-in-the-past"
    /// Longer than an alert of this severity may be put off.
    case snoozeTooLong = "snooze-too-long"
  }

  /// Where an alert stands after an action.
  /// - Returns: `nil` when the action changes nothing: somebody took note already, it is that person's task already.
  public static func apply(
    _ action: Action, by actor: String, at now: UnixMicroseconds, severity: AlertSeverity, to standing: AlertStanding
  ) throws(Refusal) -> AlertStanding? {
    var next = standing
    if standing.closedAt != nil {
      switch action {
      case .acknowledge, .resolve: return nil
      case .assign, .snooze: throw .isResolved
      }
    }
    switch action {
    case .acknowledge: break
    case .assign(let account): next.assignedTo = account
    case .snooze(let until):
      guard until > now else { throw .snoozeInThePast }
      guard until - now <= (severity == .high ? longestSnoozeHigh : longestSnooze) * 1_000_000 else {
        throw .snoozeTooLong
      }
      next.snoozedUntil = until
      return next
    case .resolve:
      next.closedBy = actor
      next.closedAt = now
      next.snoozedUntil = nil
    }
    // Who gives it to somebody or closes it has taken note.
    if next.acknowledgedAt == nil {
      next.acknowledgedBy = actor
      next.acknowledgedAt = now
    }
    return next == standing ? nil : next
  }

  /// How an alert stands in the inbox.
  public enum Phase: String, Hashable, Sendable, Codable, CaseIterable {
    /// Nobody has taken note.
    case new
    /// Nobody is told of it again for a while.
    case snoozed
    /// Somebody looks after it.
    case acknowledged
    /// Nothing is left to be done.
    case done
  }

  /// Where an alert stands in the inbox.
  ///
  /// An episode that has ended stays `new` until somebody takes note of it: a rhythm that lasted ten seconds still happened.
  /// Only what is technical (low severity) is done when it ends.
  public static func phase(of alert: AlertRecord, severity: AlertSeverity?, now: UnixMicroseconds) -> Phase {
    if alert.closedAt != nil { return .done }
    if alert.state == .resolved, alert.acknowledgedAt != nil || severity == .low { return .done }
    if let until = alert.snoozedUntil, until > now { return .snoozed }
    return alert.acknowledgedAt == nil ? .new : .acknowledged
  }

  /// Whether people need not be told of it again: somebody looks after it, or nothing is left to be done.
  public static func isSettled(_ alert: AlertRecord) -> Bool {
    alert.acknowledgedAt != nil || alert.assignedTo != nil || alert.closedAt != nil
  }
}
