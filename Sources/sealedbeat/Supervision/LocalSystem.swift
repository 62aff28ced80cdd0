import Foundation
import Gatekeeper
import Glibc
import Logging

/// The whole system on one machine: the same processes as in production, on embedded defaults.
struct LocalSystem: Sendable {
  let settings: Settings
  let data: DataDirectory
  let runtime: RuntimeDirectory
  let addresses: Addresses
  let supervisor: Supervisor
  let logger: Logger
  private let executable: String
  private let mosquittoPlugin: String
  private let configurationFile: String

  /// Where the parts listen.
  struct Addresses: Sendable, Codable {
    var mqttHost: String
    var mqttPort: Int
    var vaultURL: String
    var enrolURL: String
    var dashboardURL: String
    var dashboardCA: String
    var credentials: String
  }

  /// Prepares directories, ports, credentials and configuration; starts nothing yet.
  init(settings: Settings, logger: Logger) async throws {
    self.settings = settings
    self.logger = logger
    data = try DataDirectory(settings[Keys.dataDirectory])
    try data.lockForSupervision()
    guard access(settings[Keys.mosquitto], X_OK) == 0 else {
      throw SupervisionFault(
        "mosquitto is not at \(settings[Keys.mosquitto]); `scripts/bootstrap` installs it, or name another with "
          + "--set up.mosquitto=…")
    }
    guard let plugin = MosquittoPlugin.find(settings[Keys.mosquittoPlugin]) else {
      throw SupervisionFault(
        "mosquitto's dynamic-security plugin is not in any of \(MosquittoPlugin.places.joined(separator: ", ")); it comes "
          + "with mosquitto 2.0 or later, or name it with --set up.mosquitto-plugin=…")
    }
    mosquittoPlugin = plugin
    guard let executable = Self.ownExecutable() else { throw SupervisionFault("This program cannot find itself.") }
    self.executable = executable
    runtime = try RuntimeDirectory(for: data.path)

    let mqttPort = try Self.port(settings, Keys.mqttPort, on: settings[Keys.mqttBind], for: "MQTT")
    let vaultPort = try Self.port(settings, Keys.vaultPort, on: settings[Keys.vaultBind], for: "the key vault")
    let enrolPort = try Self.port(settings, Keys.vaultEnrolPort, on: settings[Keys.vaultBind], for: "enrolment")
    let dashboardPort = try Self.port(
      settings, Keys.dashboardPort, on: settings[Keys.dashboardBind], for: "the dashboard")
    let given = settings[Keys.dashboardURL]
    let dashboardURL = given.isEmpty ? "https://localhost:\(dashboardPort)" : given
    addresses = Addresses(
      mqttHost: settings[Keys.mqttHost], mqttPort: mqttPort,
      vaultURL: "https://\(settings[Keys.vaultHost]):\(vaultPort)",
      enrolURL: "https://\(settings[Keys.vaultHost]):\(enrolPort)", dashboardURL: dashboardURL,
      dashboardCA: "\(data.path)/ca.pem", credentials: "\(runtime.path)/credentials")

    configurationFile = "\(runtime.path)/config.json"
    var values = Dictionary(
      uniqueKeysWithValues: Keys.all.compactMap { key in settings.text(key.key).map { (key.key, $0) } })
    values[Keys.dataDirectory.key] = data.path
    values[Keys.mqttPort.key] = String(mqttPort)
    values[Keys.vaultPort.key] = String(vaultPort)
    values[Keys.vaultEnrolPort.key] = String(enrolPort)
    values[Keys.dashboardPort.key] = String(dashboardPort)
    values[Keys.dashboardURL.key] = dashboardURL
    values[Keys.healthPort.key] = nil
    try runtime.write(Array(JSONEncoder().encode(values)), to: "config.json")

    let state = data.state
    let addresses = addresses
    supervisor = Supervisor(logger: logger) { children in
      // A state file that cannot be written costs the operator a convenience, and must not end the system.
      try? JSONEncoder().encode(State(addresses: addresses, children: children)).write(
        to: URL(fileURLWithPath: state), options: .atomic)
    }
  }

  /// What `state.json` holds.
  struct State: Codable {
    let addresses: Addresses
    let children: [ChildState]
  }

  /// Makes sure of the vault and its identities, then starts every service.
  /// - Parameter prepare: runs when the credentials are there and before anything starts.
  func start(prepare: () async throws -> Void = {}) async throws {
    try await provision()
    try await prepare()
    try await start(
      "vault",
      [
        "vault", "serve", "--config", configurationFile, "--vault-dir", data.vault,
        "--root-key-file", data.rootKey,
        "--listen", "\(settings[Keys.vaultBind]):\(port(of: addresses.vaultURL))",
        "--enrol-listen", "\(settings[Keys.vaultBind]):\(port(of: addresses.enrolURL))",
      ],
      credentials: "svc.vault")
    try await waitUntilReady(timeout: .seconds(60))
    try await startMosquitto()
    for service in ["gatekeeper", "broker", "decryptor", "notifier", "dashboard"] {
      try await start(service, [service, "--config", configurationFile], credentials: "svc.\(service)")
    }
    try await start(
      "retention", ["retention", "serve", "--config", configurationFile], credentials: "svc.retention")
  }

  /// Waits until every service says that it is ready.
  func waitUntilReady(timeout: Duration) async throws {
    let deadline = ContinuousClock.now + timeout
    for child in await supervisor.states {
      guard let port = child.healthPort else { continue }
      while await !HealthProbe.isReady(port: port) {
        guard ContinuousClock.now < deadline else {
          throw SupervisionFault(
            "\(child.name) was not ready in \(timeout.components.seconds) s; its log is \(data.logs)/\(child.name).log")
        }
        try await Task.sleep(for: .milliseconds(50))
      }
    }
  }

  /// Ends everything and forgets the credentials.
  func stop() async {
    await supervisor.stop()
    runtime.remove()
  }

  /// Runs one of our own commands to its end.
  /// - Returns: how it ended; its output is in the log file.
  func run(_ name: String, _ arguments: [String], credentials: String? = nil) async throws -> ChildEnd {
    try await ChildProcess.spawn(specification(name, arguments, credentials: credentials, healthPort: nil)).ended()
  }

  /// Starts one of our own commands as a supervised child.
  func start(_ name: String, _ arguments: [String], credentials: String?) async throws {
    let healthPort = try LocalPort.free()
    var specification = specification(name, arguments, credentials: credentials, healthPort: healthPort)
    if name == "vault" {
      specification.environment["SEALEDBEAT_DATA_DIR"] = data.path
    }
    specification.environment["SEALEDBEAT_HEALTH_PORT"] = String(healthPort)
    try await supervisor.start(specification)
  }

  /// Describes one of our own commands as a child.
  func specification(
    _ name: String, _ arguments: [String], credentials: String?, healthPort: Int?
  ) -> ChildSpecification {
    var environment = Self.baseEnvironment()
    if let credentials { environment["CREDENTIALS_DIRECTORY"] = "\(addresses.credentials)/\(credentials)" }
    environment["SEALEDBEAT_LOG_FORMAT"] = "json"
    environment["SEALEDBEAT_LOG_LEVEL"] = settings[Keys.logLevel].rawValue
    return ChildSpecification(
      name: name, executable: executable, arguments: arguments, environment: environment,
      logFile: "\(data.logs)/\(name).log", healthPort: healthPort)
  }

  private func provision() async throws {
    if access(data.rootKey, F_OK) != 0 {
      logger.notice("first start: a new key vault is made", metadata: ["root_key": "\(data.rootKey)"])
    }
    let end = try await run(
      "provision",
      [
        "vault", "provision", "--vault-dir", data.vault, "--root-key-file", data.rootKey, "--create-root-key",
        "--credentials-out", addresses.credentials, "--host", settings[Keys.mqttHost], "--host",
        settings[Keys.vaultHost],
      ])
    guard end.exitCode == 0 else {
      throw SupervisionFault("The key vault cannot be provisioned (\(end)); see \(data.logs)/provision.log")
    }
    // The certificate of the service CA is public; people trust the dashboard by it.
    try? FileManager.default.removeItem(atPath: addresses.dashboardCA)
    try FileManager.default.copyItem(
      atPath: "\(addresses.credentials)/svc.dashboard/service-ca.pem", toPath: addresses.dashboardCA)
  }

  private func startMosquitto() async throws {
    let credentials = "\(addresses.credentials)/mosquitto"
    let accessFile = "\(data.mosquitto)/dynamic-security.json"
    let configuration = MosquittoConfiguration(
      port: addresses.mqttPort, bindAddress: settings[Keys.mqttBind], serverCertificate: "\(credentials)/server.pem",
      serverKey: "\(credentials)/server.key", clientCA: "\(credentials)/clients-ca.pem",
      accessPlugin: mosquittoPlugin, accessFile: accessFile, user: Self.userName())
    let file = "\(data.mosquitto)/mosquitto.conf"
    try configuration.render().write(toFile: file, atomically: true, encoding: .utf8)
    chmod(file, 0o600)
    var environment = Self.baseEnvironment()
    environment["CREDENTIALS_DIRECTORY"] = credentials
    try await supervisor.start(
      ChildSpecification(
        name: "mosquitto", executable: executable,
        arguments: ["run-guarded", settings[Keys.mosquitto], "-c", file], environment: environment,
        logFile: "\(data.logs)/mosquitto.log", healthPort: nil,
        prepare: { [self] in await prepareAccess(accessFile) }))
  }

  /// Makes mosquitto's access file from the vault's list, unless there is one that can be read: mosquitto keeps it up to
  /// date, and the gatekeeper compares it with the list. Without a file mosquitto would serve nobody, the gatekeeper included.
  private func prepareAccess(_ file: String) async {
    if let contents = FileManager.default.contents(atPath: file), AccessFile.isReadable(Array(contents)) { return }
    do {
      let end = try await run(
        "gatekeeper", ["gatekeeper", "--config", configurationFile, "--prepare", file], credentials: "svc.gatekeeper")
      guard end.exitCode != 0 else { return }
      logger.warning("the vault does not tell its access list; the gatekeeper lets devices in one by one")
      try AccessFileOnDisk.write(AccessFile(devices: []), to: file)
    } catch {
      logger.error("mosquitto's access file cannot be made", metadata: ["reason": "\(error)"])
    }
  }

  private func port(of url: String) -> Int { URL(string: url)?.port ?? 0 }

  private static func port(
    _ settings: Settings, _ setting: Setting<Int>, on host: String, for purpose: String
  ) throws -> Int {
    guard settings[setting] != 0 else { return try LocalPort.free(on: host) }
    try LocalPort.requireFree(settings[setting], on: host, for: purpose, key: setting.key)
    return settings[setting]
  }

  private static func baseEnvironment() -> [String: String] {
    let kept = ["PATH", "HOME", "LANG", "TZ", "SSL_CERT_FILE", "LD_LIBRARY_PATH"]
    var environment = ProcessInfo.processInfo.environment.filter { kept.contains($0.key) }
    environment[ParentWatch.variable] = String(getpid())
    // A crash report shows registers and memory, and with them what a process must not tell.
    environment["SWIFT_BACKTRACE"] = "enable=no"
    return environment
  }

  private static func userName() -> String {
    getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) } ?? "nobody"
  }

  private static func ownExecutable() -> String? {
    try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
  }
}
