import ArgumentParser
import Dashboard
import Foundation
import Notifier
import Store
import Telemetry

/// Serves the pages.
struct DashboardCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dashboard", abstract: "Serve the doctor's pages over HTTPS.",
    discussion: "Needs the store and the key vault; its identity is svc.dashboard.")

  @OptionGroup var options: SettingsOptions

  func run() async throws {
    let settings = try options.load()
    let process = ServiceProcess("dashboard", settings: settings)
    let credentials = try ServiceProcess.credentials(settings)
    let store = try await ServiceProcess.openStore(settings, writing: [.registry, .alerts, .findings])
    let certificate = settings[Keys.dashboardCertificate]
    let key = settings[Keys.dashboardKey]
    guard certificate.isEmpty == key.isEmpty else {
      throw ConfigurationFault("dashboard.certificate and dashboard.key must be set together.")
    }
    var configuration = DashboardConfiguration(
      host: settings[Keys.dashboardBind], port: settings[Keys.dashboardPort],
      certificateChainPath: certificate.isEmpty ? "\(credentials)/identity.pem" : certificate,
      privateKeyPath: key.isEmpty ? "\(credentials)/identity.key" : key,
      deviceAddresses: DeviceAddresses(
        enrolURL: "https://\(settings[Keys.vaultHost]):\(settings[Keys.vaultEnrolPort])",
        serviceURL: "https://\(settings[Keys.vaultHost]):\(settings[Keys.vaultPort])",
        mqttHost: settings[Keys.mqttHost], mqttPort: settings[Keys.mqttPort]),
      requiresSecondFactor: try Self.secondFactorRoles(settings),
      emergencyAccessLimit: .seconds(60 * settings[Keys.emergencyMinutes]), provider: try Self.provider(settings))
    // On this machine alone, people type localhost.
    let isLocal = ["127.0.0.1", "localhost"].contains(configuration.host) && configuration.port != 0
    let address = settings[Keys.dashboardURL]
    configuration.relyingParty = RelyingParty(
      dashboardURL: address.isEmpty && isLocal ? "https://localhost:\(configuration.port)" : address)
    configuration.policy = try NotifierCommand.policy(settings)
    configuration.retentionDays = settings[Keys.retentionDays]
    let service = try DashboardService(
      configuration: configuration, chunks: store, findings: store, alerts: store, registry: store, changes: store,
      keys: try ServiceProcess.vault(settings), vault: try ServiceProcess.vaultConfiguration(settings),
      logger: process.logger)
    try await process.run([service], checks: [.init(name: "dashboard") { service.isReady }])
  }

  private static func secondFactorRoles(_ settings: Settings) throws -> Set<Role> {
    Set(
      try settings[Keys.secondFactorRoles].map { name in
        guard let role = Role(rawValue: name) else {
          throw ConfigurationFault("\(Keys.secondFactorRoles.key) names `\(name)`, which is no role.")
        }
        return role
      })
  }

  /// The identity provider, if one is configured; a fault is one sentence.
  private static func provider(_ settings: Settings) throws -> ProviderConfiguration? {
    let issuer = settings[Keys.oidcIssuer]
    guard !issuer.isEmpty else { return nil }
    let url = settings[Keys.dashboardURL]
    guard !url.isEmpty else {
      throw ConfigurationFault("dashboard.oidc.issuer needs dashboard.url: the provider sends people back there.")
    }
    let created = settings[Keys.oidcCreates]
    let role = Role(rawValue: created)
    guard created.isEmpty || role != nil else {
      throw ConfigurationFault("\(Keys.oidcCreates.key) is `\(created)`, which is no role.")
    }
    let given = settings[Keys.oidcSecretFile]
    let path = given.isEmpty ? "\(try ServiceProcess.credentials(settings))/oidc-secret" : given
    let isThere = FileManager.default.isReadableFile(atPath: path)
    guard isThere || given.isEmpty else { throw ConfigurationFault("\(path) cannot be read.") }
    do {
      return try ProviderConfiguration(
        issuer: issuer, clientID: settings[Keys.oidcClientID],
        clientSecret: isThere ? try CredentialFile(path: path).read() : nil, dashboardURL: url,
        name: settings[Keys.oidcName], accountClaim: settings[Keys.oidcClaim], createsAccountsAs: role,
        authorityFile: settings[Keys.oidcCA].isEmpty ? nil : settings[Keys.oidcCA])
    } catch let fault as ProviderConfiguration.Fault {
      throw ConfigurationFault(fault.description)
    }
  }
}
