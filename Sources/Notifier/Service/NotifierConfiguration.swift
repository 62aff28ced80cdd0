public import AlertPolicy

/// What the notifier needs to know.
public struct NotifierConfiguration: Hashable, Sendable {
  /// The limits that decide what is an alert.
  public var policy: AlertPolicyConfiguration
  /// Mail, if any is to be sent.
  public var mail: MailConfiguration?
  /// Webhooks.
  public var webhooks: [WebhookConfiguration]
  /// The address of the dashboard's alert page without the alert's id, e.g. `https://ward.example/alerts/`.
  public var alertLinkPrefix: String?
  /// The address of the page that takes note of an alert without a sign-in, e.g. `https://ward.example/acknowledge#`.
  public var acknowledgementLinkPrefix: String?
  /// When a failed delivery is tried again.
  public var retry: RetrySchedule
  /// Whether people are told that an episode is over.
  public var tellsResolution: Bool
  /// Seconds for which a released key is used before the vault is asked again: a grant that was withdrawn ends then.
  public var keyLifetimeSeconds: Double

  /// States a configuration.
  public init(
    policy: AlertPolicyConfiguration = AlertPolicyConfiguration(), mail: MailConfiguration? = nil,
    webhooks: [WebhookConfiguration] = [], alertLinkPrefix: String? = nil,
    acknowledgementLinkPrefix: String? = nil, retry: RetrySchedule = RetrySchedule(),
    tellsResolution: Bool = true, keyLifetimeSeconds: Double = 900
  ) {
    self.policy = policy
    self.mail = mail
    self.webhooks = webhooks
    self.alertLinkPrefix = alertLinkPrefix
    self.acknowledgementLinkPrefix = acknowledgementLinkPrefix
    self.retry = retry
    self.tellsResolution = tellsResolution
    self.keyLifetimeSeconds = keyLifetimeSeconds
  }
}
