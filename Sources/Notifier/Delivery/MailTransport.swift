public import AlertDelivery
internal import Dispatch
internal import Sealing

/// Delivers messages by SMTP. libcurl blocks, so every conversation has a thread of its own outside the cooperative pool;
/// the delivery loop bounds how many there are.
public struct MailTransport: AlertTransport {
  private static let conversations = DispatchQueue(label: "sealedbeat.notifier.smtp", attributes: .concurrent)

  private let configuration: MailConfiguration
  private let composer: MailComposer

  /// Prepares a transport; nothing is connected yet.
  /// - Throws: ``DeliveryFailure`` of code `misconfigured` for what could never be safe.
  public init(configuration: MailConfiguration, links: AlertLinks) throws(DeliveryFailure) {
    guard configuration.security != .none || Loopback.contains(configuration.host) else {
      throw DeliveryFailure(.misconfigured, "mail without TLS goes to a loopback address alone")
    }
    guard !configuration.host.isEmpty, configuration.host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x2F })
    else { throw DeliveryFailure(.misconfigured, "the mail server's name is not a host name") }
    guard (configuration.userName == nil) == (configuration.password == nil) else {
      throw DeliveryFailure(.misconfigured, "a mail user name needs a password file, and a password file a user name")
    }
    self.configuration = configuration
    composer = MailComposer(
      sender: configuration.sender, senderName: configuration.senderName, links: links,
      timeZone: configuration.timeZone)
  }

  /// Delivers to the notice's mailbox.
  @discardableResult
  public func deliver(_ notice: AlertNotice) async throws(DeliveryFailure) -> DeliveryReceipt {
    guard case .mailbox(let recipient) = notice.receiver else {
      throw DeliveryFailure(.misconfigured, "not a mailbox")
    }
    let password: SecretBytes? = if let file = configuration.password { try file.read() } else { nil }
    let session = CurlSession(
      configuration: configuration, recipient: recipient,
      message: Array(composer.compose(notice, to: recipient).utf8), password: password)
    let result: Result<DeliveryReceipt, DeliveryFailure> = await withCheckedContinuation { continuation in
      Self.conversations.async {
        continuation.resume(returning: Result { () throws(DeliveryFailure) in try session.perform() })
      }
    }
    return try result.get()
  }
}
