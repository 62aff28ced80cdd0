import ArgumentParser
import Foundation
import Gatekeeper
import KeyVaultClient
import MQTT
import Telemetry
import Wire

/// The vault's hand in mosquitto.
struct GatekeeperCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gatekeeper", abstract: "Let in at mosquitto whom the key vault admits, and cut whom it revokes.",
    discussion: """
      Needs mosquitto, with the files of infra/mosquitto, and the key vault; its identity is svc.gatekeeper. It also
      publishes the vault's commands to devices. Without it nobody new is let in and nobody is cut; who is in stays in.

      With --prepare it writes the access file that mosquitto starts with, from the vault's list, and ends. Do so before
      mosquitto is started, or a fleet of thousands is let in one by one (docs/operating.md has the times).
      """)

  @OptionGroup var options: SettingsOptions

  @Option(help: ArgumentHelp("Write mosquitto's access file here, and end.", valueName: "file"))
  var prepare: String?

  func run() async throws {
    let settings = try options.load()
    let credentials = try ServiceProcess.credentials(settings)
    let feed = try AccessFeed(
      VaultClientConfiguration(
        url: "https://\(settings[Keys.vaultHost]):\(settings[Keys.vaultPort])", credentials: credentials))
    if let prepare {
      try await VaultFault.reported { try await Self.write(prepare, from: feed) }
      return
    }
    let process = ServiceProcess("gatekeeper", settings: settings)
    let mqtt = MQTTConfiguration(
      host: settings[Keys.mqttHost], port: UInt16(settings[Keys.mqttPort]), clientID: ServiceID.gatekeeper.rawValue,
      keepAliveSeconds: 10,
      tls: MQTTTLSConfiguration(
        authorityFile: "\(credentials)/service-ca.pem",
        identity: .init(
          certificateFile: "\(credentials)/identity.pem", keyFile: "\(credentials)/identity.key")),
      reconnect: ReconnectPolicy(initial: .milliseconds(50), longest: .seconds(1)), maximumInflight: 100,
      maximumQueued: 100_000)
    let service = GatekeeperService(mqtt: mqtt, feed: feed, logger: process.logger)
    try await process.run([service], checks: [.init(name: "gatekeeper") { service.isReady }])
    await feed.close()
  }

  /// Writes the file whole or not at all.
  private static func write(_ path: String, from feed: AccessFeed) async throws {
    var admitted: Set<DeviceID> = []
    var revision: UInt64 = 0
    var isComplete = false
    while !isComplete {
      let page = try await feed.page(after: revision, wait: 0)
      for device in page.devices {
        if device.isAdmitted { admitted.insert(device.device) } else { admitted.remove(device.device) }
      }
      isComplete = page.isComplete
      revision = page.revision
    }
    await feed.close()
    try AccessFileOnDisk.write(AccessFile(devices: Array(admitted)), to: path)
  }
}

/// mosquitto's access file.
enum AccessFileOnDisk {
  /// Writes a file of mode 0600, whole or not at all.
  static func write(_ file: AccessFile, to path: String) throws {
    do {
      try Data(file.render().utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    } catch {
      throw SupervisionFault("\(path) cannot be written: is its directory there, and is there room?")
    }
  }
}
