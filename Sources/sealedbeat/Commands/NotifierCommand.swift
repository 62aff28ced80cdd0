import AlertDelivery
import AlertPolicy
import ArgumentParser
import Foundation
import Notifier
import ServiceLifecycle
import Store
import Telemetry

/// Tells the doctor.
struct NotifierCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "notifier", abstract: "Judge findings, open alerts, deliver them by mail and webhook.",
    discussion: "Needs the store and the key vault; its identity is svc.notifier. docs/alerts.md explains the rules.")

  @OptionGroup var options: SettingsOptions

  func run() async throws {
    let settings = try options.load()
    let process = ServiceProcess("notifier", settings: settings)
    let store = try await ServiceProcess.openStore(settings, writing: [.alerts, .registry])
    let service = try NotifierService(
      configuration: Self.configuration(settings), chunks: store, findings: store, alerts: store, registry: store,
      changes: store, keys: try ServiceProcess.vault(settings), logger: process.logger)
    var services: [any Service] = [service]
    if let officers = try Self.privacyOfficers(settings, store, process) { services.append(officers) }
    try await process.run(services, checks: [.init(name: "notifier") { service.isReady }])
  }

  /// Puts the settings together; a fault is one sentence.
  static func configuration(_ settings: Settings) throws -> NotifierConfiguration {
    let dashboard = settings[Keys.dashboardURL]
    return NotifierConfiguration(
      policy: try policy(settings), mail: try mail(settings), webhooks: try webhook(settings).map { [$0] } ?? [],
      alertLinkPrefix: dashboard.isEmpty ? nil : "\(dashboard)/#/alerts/",
      acknowledgementLinkPrefix: dashboard.isEmpty ? nil : "\(dashboard)/acknowledge#")
  }

  /// The limits of the alert policy: the dashboard shows the same.
  static func policy(_ settings: Settings) throws -> AlertPolicyConfiguration {
    let file = settings[Keys.policyFile]
    guard file.isEmpty else { return try PolicyFile.read(file) }
    var policy = AlertPolicyConfiguration()
    policy.noData.silenceSeconds = Double(settings[Keys.noDataSeconds])
    return policy
  }

  /// Tells the privacy officers of emergency accesses, if any are named.
  private static func privacyOfficers(
    _ settings: Settings, _ store: SQLiteStore, _ process: ServiceProcess
  ) throws -> PrivacyOfficerService? {
    guard !settings[Keys.privacyOfficers].isEmpty else { return nil }
    guard var server = try mail(settings) else {
      throw ConfigurationFault("notifier.privacy-officer.to is set, but notifier.smtp.url is empty.")
    }
    server.recipients = try settings[Keys.privacyOfficers].map { text in
      guard let address = MailAddress(text) else {
        throw ConfigurationFault("notifier.privacy-officer.to holds `\(text)`, which is no mail address.")
      }
      return address
    }
    let dashboard = settings[Keys.dashboardURL]
    return try PrivacyOfficerService(
      mail: server, link: dashboard.isEmpty ? nil : "\(dashboard)/#/access", store: store, changes: store,
      logger: process.logger)
  }

  private static func mail(_ settings: Settings) throws -> MailConfiguration? {
    let text = settings[Keys.smtpURL]
    guard !text.isEmpty else { return nil }
    guard let url = URL(string: text), let host = url.host, let scheme = url.scheme, ["smtp", "smtps"].contains(scheme)
    else { throw ConfigurationFault("notifier.smtp.url must be smtp://host:port or smtps://host:port, not `\(text)`.") }
    let isImplicit = scheme == "smtps"
    guard let port = UInt16(exactly: url.port ?? (isImplicit ? 465 : 587)) else {
      throw ConfigurationFault("notifier.smtp.url names no valid port.")
    }
    guard let sender = MailAddress(settings[Keys.smtpFrom]) else {
      throw ConfigurationFault("notifier.smtp.from, `\(settings[Keys.smtpFrom])`, is no mail address.")
    }
    let recipients = try settings[Keys.smtpTo].map { text in
      guard let address = MailAddress(text) else {
        throw ConfigurationFault("notifier.smtp.to holds `\(text)`, which is no mail address.")
      }
      return address
    }
    guard !recipients.isEmpty else {
      throw ConfigurationFault("notifier.smtp.url is set, but notifier.smtp.to is empty.")
    }
    guard let language = MessageLanguage(rawValue: settings[Keys.smtpLanguage]) else {
      throw ConfigurationFault("notifier.smtp.language is en or de, not `\(settings[Keys.smtpLanguage])`.")
    }
    let user = settings[Keys.smtpUser]
    return MailConfiguration(
      host: host, port: port, security: isImplicit ? .implicitTLS : .startTLS,
      authorityFile: authority(settings, Keys.smtpCA),
      userName: user.isEmpty ? nil : user,
      password: user.isEmpty ? nil : try credential(settings, Keys.smtpPasswordFile, "smtp-password"), sender: sender,
      recipients: recipients, language: language)
  }

  private static func webhook(_ settings: Settings) throws -> WebhookConfiguration? {
    let url = settings[Keys.webhookURL]
    guard !url.isEmpty else { return nil }
    return WebhookConfiguration(
      url: url, secret: try credential(settings, Keys.webhookSecretFile, "webhook-secret"),
      authorityFile: authority(settings, Keys.webhookCA))
  }

  /// A CA file; `service-ca` stands for the vault's own service CA.
  private static func authority(_ settings: Settings, _ setting: Setting<String>) -> String? {
    switch settings[setting] {
    case "": nil
    case "service-ca": (try? ServiceProcess.credentials(settings)).map { "\($0)/service-ca.pem" }
    case let file: file
    }
  }

  private static func credential(
    _ settings: Settings, _ setting: Setting<String>, _ name: String
  ) throws -> CredentialFile {
    let given = settings[setting]
    let path = given.isEmpty ? "\(try ServiceProcess.credentials(settings))/\(name)" : given
    guard FileManager.default.isReadableFile(atPath: path) else {
      throw ConfigurationFault("The credential \(path) cannot be read; \(setting.key) names another file.")
    }
    return CredentialFile(path: path)
  }
}
