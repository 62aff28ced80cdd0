public import AlertDelivery
public import Findings

/// How mail is sent: one SMTP server that passes it on (a "smart host").
public struct MailConfiguration: Hashable, Sendable, Codable {
  /// How the connection is protected.
  public enum Security: String, Hashable, Sendable, Codable, CaseIterable {
    /// STARTTLS or nothing (RFC 3207; RFC 8314 §3.3): a server without it gets no mail.
    case startTLS = "starttls"
    /// TLS from the first byte (RFC 8314 §3.3, port 465).
    case implicitTLS = "implicit"
    /// None, to a loopback address alone.
    case none
  }

  /// Host name of the server, as its certificate says it.
  public var host: String
  /// TCP port; 587 is message submission.
  public var port: UInt16
  /// How the connection is protected.
  public var security: Security
  /// Certificates of authorities to trust, in PEM; the system's when `nil`.
  public var authorityFile: String?
  /// User name for AUTH; no AUTH when `nil`.
  public var userName: String?
  /// Where the password rests.
  public var password: CredentialFile?
  /// The address in `From` and in MAIL FROM.
  public var sender: MailAddress
  /// The name beside it.
  public var senderName: String
  /// Who is told. Each gets a message of their own, so that one refused address holds up nobody else.
  public var recipients: [MailAddress]
  /// Lowest severity that is mailed.
  public var atLeast: AlertSeverity
  /// IANA name of the zone in which times are told beside UTC.
  public var timeZone: String?
  /// The language of mails to the receivers of the whole installation.
  public var language: MessageLanguage
  /// Seconds for the connection to stand.
  public var connectSeconds: Int
  /// Seconds for the whole conversation.
  public var totalSeconds: Int

  /// Describes a mail server.
  public init(
    host: String, port: UInt16 = 587, security: Security = .startTLS, authorityFile: String? = nil,
    userName: String? = nil, password: CredentialFile? = nil, sender: MailAddress, senderName: String = "SealedBeat",
    recipients: [MailAddress], atLeast: AlertSeverity = .low, timeZone: String? = nil,
    language: MessageLanguage = .english, connectSeconds: Int = 10, totalSeconds: Int = 60
  ) {
    self.host = host
    self.port = port
    self.security = security
    self.authorityFile = authorityFile
    self.userName = userName
    self.password = password
    self.sender = sender
    self.senderName = senderName
    self.recipients = recipients
    self.atLeast = atLeast
    self.timeZone = timeZone
    self.language = language
    self.connectSeconds = connectSeconds
    self.totalSeconds = totalSeconds
  }
}
