public import AlertPolicy
public import Sealing
public import Store

/// How the dashboard serves. Secrets are named by file only.
public struct DashboardConfiguration: Sendable {
  /// Address to listen on.
  public var host: String
  /// Port to listen on; 0 takes a free one (see ``DashboardService/boundPort``).
  public var port: Int
  /// PEM file with the server's certificate and its chain.
  public var certificateChainPath: String
  /// PEM file with the server's private key.
  public var privateKeyPath: String
  /// A sign-in ends after so long without any page open.
  public var signInIdleLimit: Duration
  /// A sign-in ends after so long whatever happens: one shift.
  public var signInAbsoluteLimit: Duration
  /// What devices that are let enrol are told; `nil` where nobody lets any enrol from here.
  public var deviceAddresses: DeviceAddresses?
  /// Roles that do nothing without a second factor but add one.
  public var requiresSecondFactor: Set<Role>
  /// How long an access beyond the assignment lasts.
  public var emergencyAccessLimit: Duration
  /// Whom passkeys are made for; `nil` where there are none.
  public var relyingParty: RelyingParty?
  /// Where people may sign in as well; `nil` where they sign in here alone.
  public var provider: ProviderConfiguration?
  /// The installation's limits of the alert policy, as the notifier has them: what plans are laid over.
  public var policy = AlertPolicyConfiguration()
  /// Days that data are kept where nothing is written down: what a new installation begins with.
  public var retentionDays = 365
  /// Cost of checking a password.
  public var passwordCost: KeyDerivation.ScryptCost

  /// Describes a server.
  /// - Parameters:
  ///   - host: Address to listen on.
  ///   - port: TCP port; 0 takes a free one.
  ///   - certificateChainPath: Certificate chain (PEM).
  ///   - privateKeyPath: Private key (PEM).
  ///   - deviceAddresses: What devices that are let enrol are told.
  ///   - passwordCost: What a password's hash costs.
  ///   - requiresSecondFactor: Roles that do nothing without a second factor but add one.
  ///   - provider: Where people may sign in as well.
  ///   - emergencyAccessLimit: How long an access beyond the assignment lasts; an hour.
  ///   - signInIdleLimit: 30 minutes, the upper limit of NIST SP 800-63B §4.2.3 for AAL2.
  ///   - signInAbsoluteLimit: 12 hours, the other limit of that clause.
  public init(
    host: String = "127.0.0.1", port: Int, certificateChainPath: String, privateKeyPath: String,
    deviceAddresses: DeviceAddresses? = nil, signInIdleLimit: Duration = .seconds(30 * 60),
    signInAbsoluteLimit: Duration = .seconds(12 * 60 * 60), requiresSecondFactor: Set<Role> = [],
    emergencyAccessLimit: Duration = .seconds(60 * 60), provider: ProviderConfiguration? = nil,
    passwordCost: KeyDerivation.ScryptCost = .interactive
  ) {
    self.host = host
    self.port = port
    self.certificateChainPath = certificateChainPath
    self.privateKeyPath = privateKeyPath
    self.deviceAddresses = deviceAddresses
    self.signInIdleLimit = signInIdleLimit
    self.signInAbsoluteLimit = signInAbsoluteLimit
    self.requiresSecondFactor = requiresSecondFactor
    self.provider = provider
    self.emergencyAccessLimit = emergencyAccessLimit
    self.passwordCost = passwordCost
  }
}
