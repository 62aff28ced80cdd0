public import Findings
public import Store
public import Wire

/// News of an alert, as the policy decides it.
public struct AlertNews: Hashable, Sendable {
  /// What is new.
  public enum Kind: Hashable, Sendable {
    /// The episode began.
    case opened
    /// It became more severe.
    case worsened
    /// It ended.
    case over
    /// Nobody took note for a while; counted from 1.
    case reminder(Int)
  }

  /// What is new.
  public var kind: Kind
  /// The alert.
  public var alert: AlertID
  /// The session whose findings key seals it.
  public var reference: SessionReference
  /// How severe it is now.
  public var severity: AlertSeverity
  /// When the episode began, by the device's clock.
  public var onset: UnixMicroseconds

  /// Describes news.
  public init(
    kind: Kind, alert: AlertID, reference: SessionReference, severity: AlertSeverity, onset: UnixMicroseconds
  ) {
    self.kind = kind
    self.alert = alert
    self.reference = reference
    self.severity = severity
    self.onset = onset
  }
}

/// What is to be told to whom.
public enum DeliveryDecision: Hashable, Sendable {
  /// Tell the contacts of some steps, counted from 0, of one alert.
  case tell(AlertID, AlertNotice.Occasion, steps: ClosedRange<Int>)
  /// Tell nobody now: it waits.
  case hold(AlertID, Reason)
  /// Tell the contacts of the first step of several alerts in one message for each session; `ordinal` makes its name.
  case gather([AlertID], Reason, ordinal: Int)

  /// Why an alert is not told at once and by itself.
  public enum Reason: String, Hashable, Sendable, Codable {
    /// Quiet hours.
    case quiet
    /// The day's budget is used up.
    case budget
    /// It began long ago: what an outage held back comes in one message.
    case backlog
  }
}

/// What the store says of an alert on its way.
public struct CourseFacts: Hashable, Sendable {
  /// Whether somebody looks after it, or nothing is left to be done.
  public var isSettled: Bool
  /// Until when nobody is to be told of it again.
  public var snoozedUntil: UnixMicroseconds?

  /// States facts.
  public init(isSettled: Bool, snoozedUntil: UnixMicroseconds? = nil) {
    self.isSettled = isSettled
    self.snoozedUntil = snoozedUntil
  }

  /// What a record says.
  public init(_ alert: AlertRecord) {
    self.init(isSettled: AlertWorkflow.isSettled(alert), snoozedUntil: alert.snoozedUntil)
  }
}
