public import Findings

/// A receiver of alerts by HTTPS.
public struct WebhookConfiguration: Hashable, Sendable, Codable {
  /// What it is called; part of the names of its messages, so a new name is a new receiver.
  public var name: String
  /// Where to post; `https`, or `http` to a loopback address.
  public var url: String
  /// Where the secret that signs rests.
  public var secret: CredentialFile
  /// Certificates of authorities to trust, in PEM; the system's when `nil`.
  public var authorityFile: String?
  /// Lowest severity that is told.
  public var atLeast: AlertSeverity
  /// Seconds for the connection to stand.
  public var connectSeconds: Int
  /// Seconds for the whole exchange.
  public var totalSeconds: Int

  /// Describes a receiver.
  public init(
    name: String = "webhook", url: String, secret: CredentialFile, authorityFile: String? = nil,
    atLeast: AlertSeverity = .low, connectSeconds: Int = 5, totalSeconds: Int = 15
  ) {
    self.name = name
    self.url = url
    self.secret = secret
    self.authorityFile = authorityFile
    self.atLeast = atLeast
    self.connectSeconds = connectSeconds
    self.totalSeconds = totalSeconds
  }
}
