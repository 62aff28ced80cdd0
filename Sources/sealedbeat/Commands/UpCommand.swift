import ArgumentParser
import Foundation
import Logging
import ServiceLifecycle
import Telemetry

/// Starts the whole system on one machine.
struct UpCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "up", abstract: "Run the whole system on this machine.",
    discussion: """
      Starts the key vault, mosquitto, the gatekeeper, the broker, the decryptor, the notifier, the dashboard and the
      retention service as supervised child processes: the same as in production, on embedded defaults. A child that crashes comes back. Ctrl-C ends all.

      Each child's log is in DIR/log, addresses and process numbers are in DIR/state.json. The root key is made at the
      first start in DIR/vault/root.key: keep a copy in a safe place, and keep it away from backups of DIR/store.

      Next steps: `sealedbeat user add`, `sealedbeat patient add`, `sealedbeat vault claim`.
      """)

  @OptionGroup var options: SettingsOptions
  @Option(help: ArgumentHelp("Write a line here when everything is ready.", valueName: "file"))
  var readyFile: String?

  func run() async throws {
    let settings = try options.load()
    LogBootstrap.apply(service: "up", level: settings[Keys.logLevel], format: settings[Keys.logFormat])
    let logger = Logger(label: "up")
    try await UntilSignalled.run {
      let system = try await LocalSystem(settings: settings, logger: logger)
      do {
        try await system.start()
        try await system.waitUntilReady(timeout: .seconds(60))
        logger.notice("ready", metadata: ["dashboard": "\(system.addresses.dashboardURL)"])
        print(
          "SealedBeat is ready at \(system.addresses.dashboardURL) (certificate authority: \(system.addresses.dashboardCA))"
        )
        if let readyFile { try Data("ready\n".utf8).write(to: URL(fileURLWithPath: readyFile), options: .atomic) }
        try await Task.sleep(for: .seconds(Int64.max / 2))
      } catch is CancellationError {
        // Asked to end.
      } catch {
        await system.stop()
        throw error
      }
      logger.notice("ending")
      await system.stop()
    }
  }
}

/// Runs something until SIGTERM or SIGINT cancels it.
enum UntilSignalled {
  static func run(_ body: @escaping @Sendable () async throws -> Void) async throws {
    let task = Task { try await body() }
    let sources = [SIGTERM, SIGINT].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { task.cancel() }
      source.resume()
      return source
    }
    defer { for source in sources { source.cancel() } }
    do {
      try await task.value
    } catch let fault as SupervisionFault {
      FileHandle.standardError.write(Data("sealedbeat: \(fault)\n".utf8))
      throw ExitStatus.unavailable
    }
  }
}
