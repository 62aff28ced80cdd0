import ArgumentParser
import Cardio
import DeviceHost
import Foundation

/// What both kinds of device commands can be told of the heart and its front end.
struct HeartOptions: ParsableArguments {
  @Option(help: ArgumentHelp("A WFDB record, without its ending (data/mitdb/100).", valueName: "path"))
  var record: String?
  @Option(help: ArgumentHelp("Which signal of the record, from 0.", valueName: "n"))
  var lead: Int = 0
  @Option(
    help: ArgumentHelp(
      "A synthetic heart: \(SyntheticPatient.Preset.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "name"))
  var synthetic: String?
  @Option(help: ArgumentHelp("Varies the synthetic heart.", valueName: "n"))
  var seed: UInt64 = 0
  @Flag(help: "Begin the record again at its end.")
  var loop = false
  @Flag(
    help:
      "A finger clip as well: red and infrared light, synthetic, in time with the heart (of a record: with its annotations)."
  )
  var pulse = false
  @Option(
    help: ArgumentHelp(
      "So many times as fast as the heart, or max. A recording of known length is then placed in the past, so that "
        + "capture times end now; one without an end runs ahead of the clock.", valueName: "factor"))
  var speed: String = "1"
  @Option(help: ArgumentHelp("Seconds of signal to play.", valueName: "seconds"))
  var duration: Double?
  @Option(help: ArgumentHelp("Share of chunks that the radio loses (0…0.9); they are sent again.", valueName: "share"))
  var loss: Double = 0
  @Option(help: ArgumentHelp("Break the connection every so many seconds.", valueName: "seconds"))
  var disconnectEvery: Double?
  @Option(
    name: .customLong("clock-error"), parsing: .unconditional,
    help: ArgumentHelp("The device's clock is wrong by so much.", valueName: "ms"))
  var clockErrorMilliseconds: Int64 = 0
  @Option(help: ArgumentHelp("Take an electrode off for 4 s after every so many seconds.", valueName: "seconds"))
  var leadOffEvery: Double?
  @Option(help: ArgumentHelp("The MQTT server, instead of the bundle's.", valueName: "host:port"))
  var mqtt: String?
  @Option(help: ArgumentHelp("The vault's service address, instead of the bundle's.", valueName: "url"))
  var service: String?

  func validate() throws {
    guard record == nil || synthetic == nil else {
      throw ValidationError("Give either --record or --synthetic.")
    }
    if let synthetic, SyntheticPatient.Preset(rawValue: synthetic) == nil {
      throw ValidationError("There is no synthetic heart \"\(synthetic)\".")
    }
    guard playbackSpeed != nil else { throw ValidationError("--speed must be a number from 0.1 to 100000, or max.") }
    guard loss >= 0, loss <= 0.9 else { throw ValidationError("--loss must lie from 0 to 0.9.") }
    for (name, value) in [
      ("--duration", duration), ("--disconnect-every", disconnectEvery), ("--lead-off-every", leadOffEvery),
    ] {
      if let value, !(value > 0 && value <= 1e7) { throw ValidationError("\(name) must be positive.") }
    }
    guard mqtt == nil || mqttAddress != nil else { throw ValidationError("--mqtt must be HOST:PORT.") }
  }

  /// The speed, if it is one.
  var playbackSpeed: PlaybackSpeed? {
    if speed == "max" { return .maximum }
    guard let factor = Double(speed), factor >= 0.1, factor <= 100_000 else { return nil }
    return .times(factor)
  }

  /// `--mqtt`, taken apart.
  var mqttAddress: (host: String, port: UInt16)? {
    guard let mqtt, let colon = mqtt.lastIndex(of: ":"), let port = UInt16(mqtt[mqtt.index(after: colon)...]), port > 0
    else { return nil }
    return (String(mqtt[..<colon]), port)
  }

  /// The bundle with the addresses of the command line.
  func addressed(_ bundle: ProvisioningBundle) -> ProvisioningBundle {
    var bundle = bundle
    if let (host, port) = mqttAddress {
      bundle.mqttHost = host
      bundle.mqttPort = port
    }
    if let service { bundle.serviceURL = service }
    return bundle
  }

  /// What the streaming part needs to know.
  func streaming(drainTimeout: Duration?) -> StreamingOptions {
    var options = StreamingOptions()
    options.speed = playbackSpeed ?? .times(1)
    options.sampleLimit = duration.map { Int($0 * 125) }
    options.loss = loss
    options.disconnectEverySeconds = disconnectEvery
    options.drainTimeout = drainTimeout
    return options
  }

  /// The finger clip, if there is one.
  func pulseSource() throws -> PulseSource? {
    guard pulse else { return nil }
    guard let record else {
      return PulseSource(preset: synthetic.flatMap(SyntheticPatient.Preset.init) ?? .normal, seed: seed)
    }
    let length = try RecordSource(path: record, signal: lead, isLooping: false, nanovoltsPerLSB: 1_000).sampleCount
    return try PulseSource(path: record, length: length, isLooping: loop)
  }

  /// The front end. `index` tells the devices of a fleet apart.
  func source(nanovoltsPerLSB: UInt32, index: Int = 0) throws -> any SampleSource {
    var source: any SampleSource
    if let record {
      source = try RecordSource(path: record, signal: lead, isLooping: loop, nanovoltsPerLSB: nanovoltsPerLSB)
    } else {
      let preset = synthetic.flatMap(SyntheticPatient.Preset.init) ?? .normal
      source = SyntheticSource(preset: preset, seed: seed &+ UInt64(index), nanovoltsPerLSB: nanovoltsPerLSB)
    }
    if let leadOffEvery { source = FaultySource(source, leadOffEverySeconds: leadOffEvery) }
    return source
  }
}
