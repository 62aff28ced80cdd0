import Crypto
import Foundation
import KeyVault
import KeyVaultClient
import Logging
import Sealing
import Synchronization
import Wire

/// A vault in a directory of its own, with real listeners on free ports and real identities.
struct RunningVault: Sendable {
  let directory: String
  let authority: KeyAuthority
  let ports: VaultServer.Ports
  /// Certificate of the service CA, PEM.
  let serviceAuthority: String
  let log: CapturedLog

  var vaultDirectory: String { directory + "/vault" }
  var serviceURL: String { "https://localhost:\(ports.service)" }
  var enrolURL: String { "https://localhost:\(ports.enrolment)" }

  /// Makes, provisions and serves a vault for the duration of `body`.
  static func with(
    clock: TestClock = TestClock(), _ body: (RunningVault) async throws -> Void
  ) async throws {
    try await TemporaryDirectory.with { directory in
      let authority = try newVault(in: directory, clock: clock)
      try authority.provision(directory: directory + "/credentials", allowsDisk: true)
      let log = CapturedLog()
      let server = try VaultServer(
        door: VaultDoor(opened: authority, root: .keyFile(path: directory + "/root.key")),
        serviceAddress: .init(host: "127.0.0.1", port: 0),
        enrolmentAddress: .init(host: "127.0.0.1", port: 0), logger: log.logger)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.run() }
        let ports = await server.ports()
        try await body(
          RunningVault(
            directory: directory, authority: authority, ports: ports,
            serviceAuthority: authority.serviceAuthorityPEM, log: log))
        group.cancelAll()
        // The server ends by cancellation: its error says so, and nothing else.
        do { try await group.waitForAll() } catch is CancellationError {}
      }
    }
  }

  /// A new vault with a key file, not served.
  static func newVault(in directory: String, clock: TestClock = TestClock()) throws -> KeyAuthority {
    try RootKeySource.createKeyFile(path: directory + "/root.key")
    return try KeyAuthority.create(
      directory: directory + "/vault", root: .keyFile(path: directory + "/root.key"), clock: { clock.now })
  }

  /// A client with the identity of one service.
  func client(_ service: ServiceID) throws -> VaultClient {
    try VaultClient(
      VaultClientConfiguration(url: serviceURL, credentials: "\(directory)/credentials/\(service)"))
  }

  /// The operator's client.
  func console() throws -> VaultOperator {
    try VaultOperator(
      VaultClientConfiguration(
        url: serviceURL, credentials: "\(directory)/credentials/\(ServiceID.operatorConsole)"))
  }
}

/// A clock that a test sets.
final class TestClock: Sendable {
  private let time = Mutex(Date())

  var now: Date { time.withLock { $0 } }

  func advance(by seconds: TimeInterval) { time.withLock { $0 += seconds } }
}

/// A directory that ends with its test.
enum TemporaryDirectory {
  static func with(_ body: (String) async throws -> Void) async throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("vault-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    defer { try? FileManager.default.removeItem(atPath: path) }
    try await body(path)
  }
}

/// Everything that was logged.
final class CapturedLog: Sendable {
  private let lines = Mutex<[String]>([])

  var text: String { lines.withLock { $0.joined(separator: "\n") } }

  var logger: Logger {
    var logger = Logger(label: "vault") { _ in Handler(log: self) }
    logger.logLevel = .trace
    return logger
  }

  private struct Handler: LogHandler {
    let log: CapturedLog
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      log.lines.withLock { $0.append("\(event.level) \(event.message) \(event.metadata ?? [:]) \(metadata)") }
    }
  }
}
