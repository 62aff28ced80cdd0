import ArgumentParser
import DeviceHost
import Foundation
import Logging
import MQTT
import Telemetry

/// Runs one simulated device.
struct DeviceRunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "run", abstract: "Run one device.")

  @Option(help: ArgumentHelp("The device's flash: outbox, encrypted keys, certificate.", valueName: "dir"))
  var stateDir: String
  @Option(help: ArgumentHelp("The bundle of `sealedbeat vault claim`; needed at the first run.", valueName: "file"))
  var provisioning: String?
  @Option(
    help: ArgumentHelp(
      "The key that encrypts the device's keys at rest (what an eFuse key is on the board); made if it is not there. "
        + "Default: STATE-DIR/storage.key.", valueName: "file"))
  var keyFile: String?
  @OptionGroup var heart: HeartOptions
  @Flag(help: "At the end, wait until every chunk has its receipt.")
  var drain = false
  @Option(help: ArgumentHelp("Longest such wait.", valueName: "seconds"))
  var drainTimeout: Double = 60
  @Option(help: ArgumentHelp("Write what the run came to here, as JSON.", valueName: "file"))
  var summary: String?

  func run() async throws {
    LogBootstrap.apply(service: "device", level: .notice, format: .automatic)
    ParentWatch.endWithSupervisor()
    let logger = Logger(label: "device")
    try await UntilSignalled.run {
      do {
        try await stream(logger)
      } catch let error as DeviceError {
        FileHandle.standardError.write(Data("sealedbeat: \(error.reason)\n".utf8))
        throw Self.exitCode(error)
      }
    }
  }

  private func stream(_ logger: Logger) async throws {
    let hosted = HostedDevice(directory: stateDir, keyFile: keyFile)
    let bundle = heart.addressed(try hosted.bundle(given: provisioning))
    var parameters = DeviceParameters(device: bundle.device)
    if heart.pulse { parameters.kinds = DeviceParameters.kindsWithPulse }
    let source = try heart.source(nanovoltsPerLSB: parameters.nanovoltsPerLSB)
    let device = try hosted.open(parameters)
    if try await hosted.enrolIfNew(device, with: bundle) {
      logger.notice("enrolled", metadata: ["device": "\(bundle.device)"])
    }
    let loop = try MQTTEventLoop(name: "device", logger: logger)
    let streaming = try StreamingDevice(
      device: device, bundle: bundle, source: source, pulse: try heart.pulseSource(),
      options: heart.streaming(drainTimeout: drain ? .seconds(drainTimeout) : nil),
      clock: SystemDeviceClock(errorMicroseconds: heart.clockErrorMilliseconds * 1_000), loop: loop, logger: logger)
    let progress = Task { await DeviceProgress(streaming, name: "\(bundle.device)").show() }
    let result = await withTaskCancellationHandler {
      await streaming.run()
    } onCancel: {
      streaming.stop()
    }
    progress.cancel()
    await progress.value
    await loop.shutdown()
    try DeviceProgress.report(result, to: summary)
    if drain && !result.isComplete { throw ExitStatus.incomplete }
  }

  /// What a failure means to the caller.
  static func exitCode(_ error: DeviceError) -> ExitCode {
    switch error.code {
    case .invalidInput, .sealedFile: ExitStatus.badData
    case .unreachable: ExitStatus.unavailable
    case .refused, .notEnrolled: ExitStatus.noPermission
    case .storage, .storageFull: ExitStatus.incomplete
    case .core: ExitStatus.software
    }
  }
}

/// One line that says how a device is doing, on a terminal only.
struct DeviceProgress {
  private let device: StreamingDevice
  private let name: String

  init(_ device: StreamingDevice, name: String) {
    self.device = device
    self.name = name
  }

  /// Shows the line every second until cancelled.
  func show() async {
    guard isatty(STDERR_FILENO) == 1 else { return }
    while !Task.isCancelled {
      let now = await device.statistics()
      let line =
        "\(name): \(now.chunksSealed) sealed, \(now.chunksReceipted) receipted, \(now.chunksHeld) held, "
        + "\(now.samplesLost) samples lost"
      FileHandle.standardError.write(Data("\r\u{1B}[K\(line)".utf8))
      try? await Task.sleep(for: .seconds(1))
    }
    FileHandle.standardError.write(Data("\n".utf8))
  }

  /// Writes a summary where it was asked for, and a line for a person.
  static func report(_ summary: some Encodable, to path: String?) throws {
    guard let path else { return }
    try Data(summary.prettyJSON().utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
  }
}
