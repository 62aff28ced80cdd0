import ArgumentParser
import Broker
import MQTT
import Store
import Telemetry

/// Takes chunks from MQTT and commits them.
struct BrokerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "broker", abstract: "Take ciphertext from MQTT, commit it, and send receipts.",
    discussion: "Needs mosquitto and the store; holds no key of a patient. Its identity is svc.broker.")

  @OptionGroup var options: SettingsOptions

  func run() async throws {
    let settings = try options.load()
    let process = ServiceProcess("broker", settings: settings)
    let credentials = try ServiceProcess.credentials(settings)
    let store = try await ServiceProcess.openStore(settings, writing: [.chunks])
    let mqtt = MQTTConfiguration(
      host: settings[Keys.mqttHost], port: UInt16(settings[Keys.mqttPort]), clientID: "svc.broker",
      isCleanSession: false, keepAliveSeconds: 30,
      tls: MQTTTLSConfiguration(
        authorityFile: "\(credentials)/service-ca.pem",
        identity: .init(
          certificateFile: "\(credentials)/identity.pem", keyFile: "\(credentials)/identity.key")),
      reconnect: ReconnectPolicy(initial: .milliseconds(100), longest: .seconds(2)), maximumInflight: 1000,
      maximumQueued: 100_000)
    let service = BrokerService(
      configuration: BrokerConfiguration(mqtt: mqtt), chunks: store, logger: process.logger)
    try await process.run([service], checks: [.init(name: "broker") { service.isReady }])
  }
}
