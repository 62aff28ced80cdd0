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

    /// Stable name, part of the message's own.
    public var name: String {
      switch self {
      case .opened: "opened"
      case .worsened: "worsened"
      case .reminder(let ordinal): "reminder-\(ordinal)"
      case .resolved: "resolved"
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
  /// When the message was written.
  public var writtenAt: UnixMicroseconds

  /// Describes a message.
  public init(
    occasion: Occasion, alert: AlertID, reference: SessionReference, patient: String, body: AlertBody,
    receiver: Receiver, writtenAt: UnixMicroseconds
  ) {
    self.occasion = occasion
    self.alert = alert
    self.reference = reference
    self.patient = patient
    self.body = body
    self.receiver = receiver
    self.writtenAt = writtenAt
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

  /// The name of the message that opened this thread for the same receiver.
  public var threadID: String { Self.outboxID(alert, .opened, receiver) }

  private static func outboxID(_ alert: AlertID, _ occasion: Occasion, _ receiver: Receiver) -> String {
    "\(alert).\(occasion.name).\(receiver.fingerprint)"
  }
}
