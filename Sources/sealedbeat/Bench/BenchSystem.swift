import Foundation
import KeyVaultClient
import Logging

/// A whole system on ports of its own, for as long as it is measured.
enum BenchSystem {
  /// Starts it on the folder `path`, measures, and ends it in order.
  /// - Parameter flags: Settings (`key=value`) beside the folder and the ports.
  static func run<Value: Sendable>(
    in path: String, flags: [String] = [], logger: Logger, _ measure: (LocalSystem) async throws -> Value
  ) async throws -> Value {
    let ports = [Keys.mqttPort, Keys.vaultPort, Keys.vaultEnrolPort, Keys.dashboardPort].map { "\($0.key)=0" }
    let settings = try Settings(
      flags: ports + ["\(Keys.dataDirectory.key)=\(path)", "\(Keys.logLevel.key)=warning"] + flags, file: nil,
      environment: [:])
    let system = try await LocalSystem(settings: settings, logger: logger)
    let result: Result<Value, any Error>
    do {
      try await system.start()
      try await system.waitUntilReady(timeout: .seconds(60))
      result = .success(try await measure(system))
    } catch {
      result = .failure(error)
    }
    // A cancelled task cannot wait; ending in order must.
    await Task { await system.stop() }.value
    return try result.get()
  }

  /// Asks the vault with the operator's identity; closed when `body` is done.
  static func withOperator<Value: Sendable>(
    of system: LocalSystem, _ body: (VaultOperator) async throws -> Value
  ) async throws -> Value {
    try await VaultOperator(
      VaultClientConfiguration(
        url: system.addresses.vaultURL, credentials: "\(system.addresses.credentials)/svc.operator")
    ).whileOpen(body)
  }
}
