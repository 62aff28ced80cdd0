import Foundation
import Sealing
import Wire

/// The mail server and the webhook receiver of a demo: real servers of Debian and Python, children like the others.
struct DemoSinks: Sendable {
  static let mailUser = "sealedbeat"

  /// Where they listen.
  struct Ports: Sendable {
    let mail: Int
    let webhook: Int

    init() throws {
      mail = try LocalPort.free()
      webhook = try LocalPort.free()
    }
  }

  let ports: Ports
  let directory: String

  var mailDirectory: String { "\(directory)/mail" }
  var webhookFile: String { "\(directory)/webhooks.jsonl" }

  /// Writes the secrets that both sides share into memory, and starts both.
  func start(in system: LocalSystem) async throws {
    try DataDirectory.make(directory)
    try DataDirectory.make(mailDirectory)
    let notifier = "credentials/svc.notifier"
    try system.runtime.write(Array(SecureRandom.bytes(18).hex.utf8), to: "\(notifier)/smtp-password")
    try system.runtime.write(Array(SecureRandom.bytes(32).hex.utf8), to: "\(notifier)/webhook-secret")
    let credentials = system.addresses.credentials
    let tls = ["--certificate", "\(credentials)/https/identity.pem", "--key", "\(credentials)/https/identity.key"]
    try await start(
      "demo-mail-server",
      [
        "--port", "\(ports.mail)", "--maildir", mailDirectory, "--user", Self.mailUser,
        "--password-file", "\(credentials)/svc.notifier/smtp-password",
      ] + tls, in: system)
    try await start(
      "demo-webhook-sink",
      [
        "--port", "\(ports.webhook)", "--output", webhookFile,
        "--secret-file", "\(credentials)/svc.notifier/webhook-secret",
      ] + tls, in: system)
  }

  private func start(_ script: String, _ arguments: [String], in system: LocalSystem) async throws {
    guard let path = Self.script(script) else {
      throw SupervisionFault("scripts/\(script).py is not there; run the demo from a checkout of SealedBeat.")
    }
    try await system.supervisor.start(
      ChildSpecification(
        name: script, executable: "/usr/bin/python3", arguments: [path] + arguments,
        environment: ["PATH": "/usr/bin:/bin", "PYTHONUNBUFFERED": "1"], logFile: "\(system.data.logs)/\(script).log",
        healthPort: nil))
  }

  /// The script in the checkout that this executable was built in, or in the current directory.
  private static func script(_ name: String) -> String? {
    let executable = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    var folders = [FileManager.default.currentDirectoryPath]
    var folder = URL(fileURLWithPath: executable)
    for _ in 0..<5 {
      folder.deleteLastPathComponent()
      folders.append(folder.path)
    }
    return folders.map { "\($0)/scripts/\(name).py" }.first { FileManager.default.fileExists(atPath: $0) }
  }
}
