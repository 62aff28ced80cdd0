import DeviceHost
import Foundation
import Logging
import MQTT
import Testing
import Wire

/// The device against a real mosquitto with mutual TLS.
@Suite(.serialized) struct StreamingDeviceTests {
  let folder = TemporaryFolder()
  private let wave = (0..<5_000).map { Int16($0 * 13 % 801 - 400) }

  private func run(_ options: StreamingOptions, _ enrolled: EnrolledDevice, on server: TestServer) async throws
    -> DeviceSummary
  {
    let bundle = ProvisioningBundle(
      device: enrolled.name, claimToken: String(repeating: "0", count: 64), enrolURL: "https://127.0.0.1:1",
      serviceURL: "https://127.0.0.1:1", caPEM: try String(contentsOfFile: folder.path + "/ca.pem", encoding: .utf8),
      hpkePublicKey: enrolled.vault.publicKey.hex, mqttHost: "127.0.0.1", mqttPort: server.port)
    let loop = try MQTTEventLoop(name: "device", logger: Logger(label: "test"))
    let device = try StreamingDevice(
      device: enrolled.device, bundle: bundle, source: RecordSource(samples: wave), options: options,
      clock: SystemDeviceClock(), loop: loop, logger: Logger(label: "test"))
    let summary = await device.run()
    await loop.shutdown()
    return summary
  }

  private func samples(_ server: TestServer, _ enrolled: EnrolledDevice) throws -> [Int16] {
    try server.chunks.filter { $0.header.kind != .status }.flatMap { try enrolled.open($0) }
  }

  @Test(.timeLimit(.minutes(2))) func everySampleArrives() async throws {
    let server = try TestServer(folder: folder.path)
    let enrolled = try EnrolledDevice(outbox: OutboxFile(path: folder.path + "/outbox"), issue: server.issue)
    await server.ready()
    var options = StreamingOptions()
    options.speed = .maximum
    options.drainTimeout = .seconds(60)
    let summary = try await run(options, enrolled, on: server)
    await server.stop()
    #expect(summary.isComplete && summary.lostSamples == 0 && summary.samples == 5_000)
    #expect(summary.receipted == summary.chunksSealed && Int(summary.chunksSealed) == server.chunks.count)
    #expect(try samples(server, enrolled) == wave)
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder.path + "/outbox")).isEmpty)
  }

  @Test(.timeLimit(.minutes(2))) func brokenConnectionsLoseNothing() async throws {
    let server = try TestServer(folder: folder.path)
    let enrolled = try EnrolledDevice(outbox: OutboxFile(path: folder.path + "/outbox"), issue: server.issue)
    await server.ready()
    var options = StreamingOptions()
    options.speed = .times(10)
    options.disconnectEverySeconds = 1
    options.loss = 0.1
    options.drainTimeout = .seconds(60)
    let summary = try await run(options, enrolled, on: server)
    await server.stop()
    #expect(summary.connections > 1)
    #expect(summary.isComplete && summary.lostSamples == 0)
    #expect(try samples(server, enrolled) == wave)
  }
}
