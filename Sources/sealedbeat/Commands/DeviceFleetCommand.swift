import ArgumentParser
import DeviceHost
import Foundation
import Logging
import MQTT
import Telemetry

/// Runs many simulated devices in one process.
struct DeviceFleetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fleet", abstract: "Run many devices in this process, for measurements.",
    discussion: """
      Each device has its own keys, certificate and connection; all are driven by one thread. Their outboxes are in
      memory, so what has no receipt at the end is lost. Provisioning bundles are DIR/*.json, in order of their names.
      """)

  @Option(help: ArgumentHelp("How many devices.", valueName: "n"))
  var count: Int
  @Option(help: ArgumentHelp("Folder with one folder for each device.", valueName: "dir"))
  var stateDir: String
  @Option(help: ArgumentHelp("Folder with one provisioning bundle for each device.", valueName: "dir"))
  var provisioningDir: String
  @OptionGroup var heart: HeartOptions
  @Option(help: ArgumentHelp("Longest wait for the last receipts.", valueName: "seconds"))
  var drainTimeout: Double = 60
  @Option(help: ArgumentHelp("Chunks that each outbox can hold.", valueName: "n"))
  var outbox: UInt32 = 256
  @Option(help: ArgumentHelp("Spread the start of the fleet over so long.", valueName: "seconds"))
  var ramp: Double = 1.5
  @Option(help: ArgumentHelp("Write what the run came to here, as JSON.", valueName: "file"))
  var summary: String?

  func validate() throws {
    guard count > 0, count <= 20_000 else { throw ValidationError("--count must lie from 1 to 20000.") }
    guard ramp >= 0, ramp <= 3600 else { throw ValidationError("--ramp must lie from 0 to 3600 seconds.") }
    guard outbox >= 16 else { throw ValidationError("--outbox must be at least 16.") }
  }

  /// What a fleet came to.
  private struct Summary: Encodable {
    var devices: Int
    var chunksSealed: UInt64
    var receipted: UInt64
    var held: UInt64
    var lostSamples: UInt64
    var connections: Int
    var elapsedSeconds: Double
  }

  func run() async throws {
    LogBootstrap.apply(service: "fleet", level: .notice, format: .automatic)
    ParentWatch.endWithSupervisor()
    let logger = Logger(label: "fleet")
    MQTTEventLoop.raiseDescriptorLimit()
    try await UntilSignalled.run {
      do {
        try await stream(logger)
      } catch let error as DeviceError {
        FileHandle.standardError.write(Data("sealedbeat: \(error.reason)\n".utf8))
        throw DeviceRunCommand.exitCode(error)
      }
    }
  }

  private func stream(_ logger: Logger) async throws {
    let bundles = try bundleFiles()
    let loop = try MQTTEventLoop(name: "fleet", logger: logger)
    let clock = SystemDeviceClock(errorMicroseconds: heart.clockErrorMilliseconds * 1_000)
    let recording = try heart.record.map {
      try RecordSource(path: $0, signal: heart.lead, isLooping: heart.loop, nanovoltsPerLSB: 1_000)
    }
    var devices: [StreamingDevice] = []
    for (index, file) in bundles.enumerated() {
      let given = try ProvisioningBundle(file: file)
      let hosted = HostedDevice(directory: "\(stateDir)/\(given.device)")
      let bundle = heart.addressed(given)
      var parameters = DeviceParameters(device: bundle.device)
      parameters.outboxCapacity = outbox
      parameters.sessionCapacity = 4
      parameters.statusIntervalSeconds = 0
      let device = try hosted.open(parameters, outboxInMemory: true)
      try await hosted.enrolIfNew(device, with: bundle)
      var options = heart.streaming(drainTimeout: .seconds(drainTimeout))
      options.startDelay = .seconds(ramp * Double(index) / Double(count))
      // A second between two devices' places in the recording, so that hearts do not beat together.
      let source: any SampleSource =
        try recording?.starting(at: index * 125) ?? heart.source(nanovoltsPerLSB: 1_000, index: index)
      devices.append(
        try StreamingDevice(
          device: device, bundle: bundle, source: source, options: options, clock: clock, loop: loop, logger: logger))
    }
    let fleet = devices
    logger.notice("the fleet is enrolled", metadata: ["devices": "\(fleet.count)"])
    let summaries = await withTaskCancellationHandler {
      await withTaskGroup(of: DeviceSummary.self) { group in
        for device in fleet { group.addTask { await device.run() } }
        return await group.reduce(into: [DeviceSummary]()) { $0.append($1) }
      }
    } onCancel: {
      for device in fleet { device.stop() }
    }
    await loop.shutdown()
    let total = summaries.reduce(DeviceStatistics()) { $0 + $1.statistics }
    let result = Summary(
      devices: summaries.count, chunksSealed: total.chunksSealed, receipted: total.chunksReceipted,
      held: total.chunksHeld, lostSamples: total.samplesLost, connections: summaries.reduce(0) { $0 + $1.connections },
      elapsedSeconds: summaries.map(\.elapsedSeconds).max() ?? 0)
    try DeviceProgress.report(result, to: summary)
    if result.held > 0 { throw ExitStatus.incomplete }
  }

  private func bundleFiles() throws -> [String] {
    let files = try FileManager.default.contentsOfDirectory(atPath: provisioningDir).filter { $0.hasSuffix(".json") }
    guard files.count >= count else {
      throw DeviceError(.invalidInput, "\(provisioningDir) holds \(files.count) bundles, \(count) are needed")
    }
    return files.sorted().prefix(count).map { "\(provisioningDir)/\($0)" }
  }
}
