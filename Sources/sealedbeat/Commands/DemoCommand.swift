import ArgumentParser
import Foundation
import Logging
import Telemetry

/// Runs the whole system with six patients.
struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo", abstract: "Run the whole system with six patients, a mail server and a webhook receiver.",
    discussion: """
      The patients are real recordings of the MIT-BIH Arrhythmia Database where they are at hand (data/mitdb;
      scripts/download-recordings fetches them), otherwise synthetic. Each is worn by a simulated ESP32 of its own: the
      portable firmware core, with its own key, certificate and outbox. Alerts arrive in a real mail server and at a
      webhook receiver on this machine.
      """)

  @OptionGroup var options: SettingsOptions
  @Option(help: ArgumentHelp("Stop after so many seconds; without it, run until Ctrl-C.", valueName: "seconds"))
  var duration: Int?
  @Option(help: ArgumentHelp("Write what happened here, as JSON.", valueName: "file"))
  var summary: String?
  @Option(help: ArgumentHelp("Folder with the MIT-BIH recordings.", valueName: "dir"))
  var recordings: String?
  @Option(help: ArgumentHelp("How fast the patients' time runs.", valueName: "factor"))
  var speed: Double = 1

  func validate() throws {
    if let duration, duration < 1 { throw ValidationError("--duration must be at least 1 second.") }
    guard speed > 0, speed <= 1000 else { throw ValidationError("--speed must lie above 0 and at most at 1000.") }
  }

  func run() async throws {
    var options = options
    let sinks = try DemoSinks.Ports()
    options.flags = Self.defaults(sinks) + options.flags
    let settings = try options.load()
    LogBootstrap.apply(service: "demo", level: max(settings[Keys.logLevel], .notice), format: settings[Keys.logFormat])
    let show = Demo(
      settings: settings, patients: DemoPatient.cast(folder: recordings), sinks: sinks, speed: speed,
      duration: duration.map { .seconds($0) }, summaryFile: summary, logger: Logger(label: "demo"))
    try await UntilSignalled.run { try await show.run() }
  }

  /// What the demo sets unless the user does.
  private static func defaults(_ sinks: DemoSinks.Ports) -> [String] {
    [
      "\(Keys.mqttPort.key)=0", "\(Keys.vaultPort.key)=0", "\(Keys.vaultEnrolPort.key)=0",
      "\(Keys.smtpURL.key)=smtp://localhost:\(sinks.mail)", "\(Keys.smtpTo.key)=doctor@example.org",
      "\(Keys.smtpUser.key)=\(DemoSinks.mailUser)", "\(Keys.webhookURL.key)=https://localhost:\(sinks.webhook)/alerts",
      "\(Keys.smtpCA.key)=service-ca", "\(Keys.webhookCA.key)=service-ca", "\(Keys.noDataSeconds.key)=20",
    ]
  }
}
