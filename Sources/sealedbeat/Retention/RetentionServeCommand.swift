import ArgumentParser
import Retention
import Store
import Telemetry

/// Deletes what is old enough and not held.
struct RetentionServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Delete what is old enough and not held, once an hour.",
    discussion: """
      Needs the store and the key vault; its identity is svc.retention, which may ask the vault which devices are held and
      nothing else. It can be killed at any moment; the next round goes on.
      """)

  @OptionGroup var options: SettingsOptions

  func run() async throws {
    let settings = try options.load()
    let process = ServiceProcess("retention", settings: settings)
    let place = try await RetentionPlace(settings, writing: [.chunks, .findings, .alerts, .registry])
    let service = RetentionService(
      worker: RetentionWorker(
        store: place.store, vault: try ServiceProcess.vault(settings), setting: settings[Keys.retentionDays],
        now: RetentionPlace.now, logger: process.logger), logger: process.logger)
    try await process.run([service], checks: [.init(name: "retention") { service.isReady }])
  }
}
