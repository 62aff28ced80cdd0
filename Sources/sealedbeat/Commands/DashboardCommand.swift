import ArgumentParser
import Dashboard
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
    let service = try DashboardService(
      configuration: DashboardConfiguration(
        host: settings[Keys.dashboardBind], port: settings[Keys.dashboardPort],
        certificateChainPath: certificate.isEmpty ? "\(credentials)/identity.pem" : certificate,
        privateKeyPath: key.isEmpty ? "\(credentials)/identity.key" : key,
        deviceAddresses: DeviceAddresses(
          enrolURL: "https://\(settings[Keys.vaultHost]):\(settings[Keys.vaultEnrolPort])",
          serviceURL: "https://\(settings[Keys.vaultHost]):\(settings[Keys.vaultPort])",
          mqttHost: settings[Keys.mqttHost], mqttPort: settings[Keys.mqttPort])),
      chunks: store, findings: store, alerts: store, registry: store, changes: store,
      keys: try ServiceProcess.vault(settings), vault: try ServiceProcess.vaultConfiguration(settings),
      logger: process.logger)
    try await process.run([service], checks: [.init(name: "dashboard") { service.isReady }])
  }
}
