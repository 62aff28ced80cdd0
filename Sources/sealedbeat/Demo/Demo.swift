import Dashboard
import Foundation
import Glibc
import Logging
import Sealing
import Store
import Wire

/// One run of the demo, from an empty directory to a summary.
struct Demo: Sendable {
  let settings: Settings
  let patients: [DemoPatient]
  let sinks: DemoSinks.Ports
  let speed: Double
  let duration: Duration?
  let summaryFile: String?
  let logger: Logger

  /// How long the end of a demo may wait for what is under way.
  private static let settlingTime = Duration.seconds(15)

  func run() async throws {
    say("Starting SealedBeat: key vault, mosquitto, broker, decryptor, notifier, dashboard …")
    let system = try await LocalSystem(settings: settings, logger: logger)
    let sinks = DemoSinks(ports: sinks, directory: "\(system.data.path)/demo")
    do {
      try await system.start { try await sinks.start(in: system) }
      try await system.waitUntilReady(timeout: .seconds(60))
      let accounts = try await addAccounts(in: system)
      try await addPatients(in: system)
      try await startDevices(in: system)
      introduce(system, sinks, accounts)
      try await watch(system)
    } catch is CancellationError {
      // Ctrl-C: end in order below.
    } catch {
      await system.stop()
      throw error
    }
    // A cancelled task cannot wait; ending in order must.
    let summary = try await Task { try await finish(system) }.value
    if summary.lost > 0 || summary.chunksAnalysed != summary.chunksSealed { throw ExitStatus.findings }
  }

  private func say(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
  }

  private func introduce(_ system: LocalSystem, _ sinks: DemoSinks, _ accounts: [(Role, String, String)]) {
    let isReal = patients.contains { if case .record = $0.source { true } else { false } }
    say("")
    say(
      "  SealedBeat is running with \(patients.count) \(isReal ? "real recordings" : "synthetic patients") at \(speed)× speed."
    )
    say("")
    say("  Dashboard   \(system.addresses.dashboardURL)   (its certificate authority: \(system.addresses.dashboardCA))")
    for (role, name, password) in accounts {
      say("  Sign in     as \(name) with password \(password)   (\(role.rawValue))")
    }
    say("  Mail        \(sinks.mailDirectory)")
    say("  Webhooks    \(sinks.webhookFile)")
    say("  Logs        \(system.data.logs)")
    say(duration == nil ? "  Ctrl-C ends it." : "  It ends by itself after \(duration?.components.seconds ?? 0) s.")
    say("")
  }

  /// Accounts of the demo, with fresh passwords that are shown once and rest nowhere.
  private func addAccounts(in system: LocalSystem) async throws -> [(Role, String, String)] {
    let store = try await RunningSystem(system).store()
    let administration = try AccountAdministration(registry: store)
    var accounts: [(Role, String, String)] = []
    for (role, name) in [(Role.clinician, "doctor"), (.administrator, "admin"), (.auditor, "auditor")] {
      let password = try SecureRandom.bytes(12).hex
      let secret = SecretBytes(copying: Array(password.utf8))
      if try await store.account(name) == nil {
        try await administration.create(name: name, role: role, patients: .all, password: secret)
      } else {
        try await administration.setPassword(of: name, to: secret)
      }
      accounts.append((role, name, password))
    }
    return accounts
  }

  private func addPatients(in system: LocalSystem) async throws {
    let running = RunningSystem(system)
    let store = try await running.store()
    let assigned = Set(try await store.assignments().filter { $0.pseudonym != nil }.map(\.device))
    try await running.withVault(as: "svc.dashboard") { vault in
      let administration = PatientAdministration(registry: store, keys: vault)
      for patient in patients {
        guard let device = DeviceID(patient.device), !assigned.contains(device) else { continue }
        _ = try await administration.create(PatientIdentity(name: patient.name), wearing: device)
      }
    }
  }

  private func startDevices(in system: LocalSystem) async throws {
    let folder = "\(system.data.path)/devices"
    try DataDirectory.make(folder)
    for patient in patients {
      let state = "\(folder)/\(patient.device)"
      let provisioning = "\(system.runtime.path)/\(patient.device).json"
      if !FileManager.default.fileExists(atPath: state) {
        let end = try await system.run(
          "claim",
          [
            "vault", "claim", patient.device, "--out", provisioning,
            "--mqtt", "\(system.addresses.mqttHost):\(system.addresses.mqttPort)",
            "--vault", system.addresses.vaultURL, "--enrol-url", system.addresses.enrolURL,
          ],
          credentials: "svc.operator")
        guard end.exitCode == 0 else {
          throw SupervisionFault("No claim for \(patient.device) (\(end)); see \(system.data.logs)/claim.log")
        }
      }
      let server = ["--mqtt", "\(system.addresses.mqttHost):\(system.addresses.mqttPort)"]
      try await system.start(
        "device-\(patient.device)",
        [
          "device", "run", "--state-dir", state, "--provisioning", provisioning, "--speed", "\(speed)", "--loop",
          "--drain",
          "--summary", "\(state).summary.json",
        ] + server + patient.arguments, credentials: nil)
    }
  }

  /// Waits for the end, telling now and then how it goes.
  private func watch(_ system: LocalSystem) async throws {
    let isTerminal = isatty(STDOUT_FILENO) == 1
    let end = duration.map { ContinuousClock.now + $0 }
    let began = ContinuousClock.now
    var nextLine = began
    while end.map({ ContinuousClock.now < $0 }) ?? true {
      if ContinuousClock.now >= nextLine {
        let count = try await DemoLedger(system).count()
        let seconds = (ContinuousClock.now - began).components.seconds
        let line =
          "\(seconds) s: \(count.committed) chunks committed, \(count.analysed) analysed, \(count.alerts) alerts, "
          + "\(count.mails) mails, \(count.webhooks) webhooks"
        let text = isTerminal ? "\r\u{1B}[K  \(line)" : "  \(line)\n"
        FileHandle.standardOutput.write(Data(text.utf8))
        nextLine += isTerminal ? .seconds(1) : .seconds(10)
      }
      try await Task.sleep(for: .milliseconds(200))
    }
    if isTerminal { say("") }
  }

  /// Ends the devices, lets everything that they sealed arrive, writes the summary, ends the rest.
  private func finish(_ system: LocalSystem) async throws -> DemoSummary {
    say("Ending: the devices send what they hold …")
    for patient in patients { await system.supervisor.end("device-\(patient.device)") }
    let ledger = try await DemoLedger(system)
    let deadline = ContinuousClock.now + Self.settlingTime
    while ContinuousClock.now < deadline, try await !ledger.isSettled() {
      try await Task.sleep(for: .milliseconds(100))
    }
    let summary = try await ledger.summary(
      devices: patients.map { "\(system.data.path)/devices/\($0.device).summary.json" }, patients: patients)
    for line in summary.lines { say("  " + line) }
    if let summaryFile {
      try Data(summary.prettyJSON().utf8).write(to: URL(fileURLWithPath: summaryFile), options: .atomic)
      say("  Summary in \(summaryFile)")
    }
    await system.stop()
    return summary
  }
}
