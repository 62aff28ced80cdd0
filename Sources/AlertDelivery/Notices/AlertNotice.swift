public import AlertPolicy
public import Findings
public import Store
public import Wire

/// The content of one message to one receiver: what rests sealed in the outbox.
public struct AlertNotice: Hashable, Sendable, Codable {
  /// Why people are told.
  public enum Occasion: Hashable, Sendable, Codable {
    /// An episode began.
    case opened
    /// It became more severe.
    case worsened
    /// Nobody acknowledged; counted from 1.
    case reminder(Int)
    /// It is over.
    case resolved
    /// Nobody took note in time: this step of contacts is told, counted from 1.
    case escalated(Int)
    /// What waited in quiet hours or beyond the day's budget, in one message; counted from 1.
    case digest(Int)
    /// What an outage held back, in one message; counted from 1.
    case backlog(Int)

    /// Stable name, part of the message's own.
    public var name: String {
      switch self {
      case .opened: "opened"
      case .worsened: "worsened"
      case .reminder(let ordinal): "reminder-\(ordinal)"
      case .resolved: "resolved"
      case .escalated(let step): "escalated-\(step)"
      case .digest(let ordinal): "digest-\(ordinal)"
      case .backlog(let ordinal): "backlog-\(ordinal)"
      }
    }

    /// Whether the message tells of several alerts.
    public var isGathering: Bool {
      switch self {
      case .digest, .backlog: true
      case .opened, .worsened, .reminder, .resolved, .escalated: false
      }
    }
  }

  /// Who is told, by which channel.
  public enum Receiver: Hashable, Sendable, Codable {
    /// A mailbox.
    case mailbox(MailAddress)
    /// A webhook, by its configured name.
    case webhook(String)
  }

  /// Why people are told.
  public var occasion: Occasion
  /// The alert.
  public var alert: AlertID
  /// The session.
  public var reference: SessionReference
  /// The patient's pseudonym, or the device's id when nobody is known to wear it.
  public var patient: String
  /// What happened, as it stood when the message was written.
  public var body: AlertBody
  /// Who is told.
  public var receiver: Receiver
  /// All the alerts of a gathering message, the first one included, in the order in which they came; else empty.
  public var gathered: [AlertEpisode]
  /// The token of a link with which this receiver may take note of the alert without signing in.
  public var acknowledgement: String?
  /// When the message was written.
  public var writtenAt: UnixMicroseconds
  /// The language in which the receiver reads it; English where nobody chose.
  public var language: MessageLanguage?

  /// Describes a message.
  public init(
    occasion: Occasion, alert: AlertID, reference: SessionReference, patient: String, body: AlertBody,
    receiver: Receiver, writtenAt: UnixMicroseconds, gathered: [AlertEpisode] = [], acknowledgement: String? = nil,
    language: MessageLanguage? = nil
  ) {
    self.occasion = occasion
    self.alert = alert
    self.reference = reference
    self.patient = patient
    self.body = body
    self.receiver = receiver
    self.writtenAt = writtenAt
    self.language = language
    self.gathered = gathered
    self.acknowledgement = acknowledgement
  }

  /// How it travels.
  public var channel: DeliveryChannel {
    switch receiver {
    case .mailbox: .mail
    case .webhook: .webhook
    }
  }

  /// The message's name in the outbox: alert, occasion and receiver, and nothing else, so that whoever writes the same
  /// message again writes it under the same name.
  public var outboxID: String { Self.outboxID(alert, occasion, receiver) }

  /// The name of the message that opened this thread for the same receiver: an episode is one thread, a gathering another.
  public var threadID: String { occasion.isGathering ? outboxID : Self.outboxID(alert, .opened, receiver) }

  private static func outboxID(_ alert: AlertID, _ occasion: Occasion, _ receiver: Receiver) -> String {
    "\(alert).\(occasion.name).\(receiver.fingerprint)"
  }
}
