import ArgumentParser
import Foundation
import Logging
import Metrics
import ServiceLifecycle
import Telemetry
import UnixSignals

/// What every long-running command does around its service: logs, metrics, health, signals, exit code.
struct ServiceProcess {
  let settings: Settings
  let logger: Logger
  private let registry = PrometheusRegistry()

  /// Sets the process up. Call once.
  init(_ name: String, settings: Settings) {
    self.settings = settings
    LogBootstrap.apply(service: name, level: settings[Keys.logLevel], format: settings[Keys.logFormat])
    MetricsSystem.bootstrap(registry)
    logger = Logger(label: name)
    ParentWatch.endWithSupervisor()
  }

  /// Runs services until SIGTERM or SIGINT, the health server first.
  func run(_ services: [any Service], checks: [HealthServer.Check]) async throws {
    var all: [ServiceGroupConfiguration.ServiceConfiguration] = []
    if settings[Keys.healthPort] != 0 {
      let health = HealthServer(
        host: settings[Keys.healthHost], port: settings[Keys.healthPort], registry: registry, checks: checks,
        logger: logger)
      all.append(.init(service: health))
    }
    all += services.map { .init(service: $0) }
    let group = ServiceGroup(
      configuration: .init(services: all, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
    logger.info("starting")
    do {
      try await group.run()
    } catch {
      logger.critical("ended by a fault", metadata: ["reason": "\(error)"])
      throw ExitStatus.software
    }
    logger.info("ended")
  }

  /// The directory with this service's identity.
  static func credentials(_ settings: Settings) throws -> String {
    let given = settings[Keys.credentialsDirectory]
    if !given.isEmpty { return given }
    if let directory = ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"] { return directory }
    throw ConfigurationFault(
      "No credentials: set $CREDENTIALS_DIRECTORY (systemd's LoadCredential= does) or credentials-dir to the directory "
        + "that `sealedbeat vault provision` wrote for this service.")
  }
}
