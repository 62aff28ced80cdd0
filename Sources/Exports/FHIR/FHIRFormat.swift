/// A FHIR R4 Bundle of type `collection`: for each channel and minute an Observation with SampledData, its values those of the converter, `factor` the
/// microvolts of one step, `E` where there is no measurement. A minute without any has a reason instead.
public struct FHIRFormat: RecordingFormat {
  /// Windows of one Observation: a minute.
  private static let windowsPerBlock = 6

  private let recording: ExportedRecording
  private var texts: [String]
  private var measured: [Int]
  private var windows = 0
  private var blockStart = 0
  private var end = 0
  private var isFirst = true
  private var number = 0

  /// Writes a recording.
  public init(_ recording: ExportedRecording) {
    self.recording = recording
    texts = [String](repeating: "", count: recording.channels.count)
    measured = [Int](repeating: 0, count: recording.channels.count)
  }

  /// See ``RecordingFormat/begin()``.
  public mutating func begin() -> [UInt8] {
    let head: JSONValue = [
      "type": "collection",
      "identifier": ["system": "urn:sealedbeat:session", "value": .string(recording.session)],
      "timestamp": FHIRObservation.instant(recording.start),
    ]
    // What it is stands first: that tells it from other JSON after a few bytes.
    return Array("{\"resourceType\":\"Bundle\",\(head.text.dropFirst().dropLast()),\"entry\":[".utf8)
  }

  /// See ``RecordingFormat/add(_:)``.
  public mutating func add(_ window: ExportedWindow) -> [UInt8] {
    if windows == 0 { blockStart = window.first }
    for (index, samples) in window.channels.enumerated() {
      for place in 0..<window.count {
        if !texts[index].isEmpty { texts[index] += " " }
        if samples.states[place] == .measured {
          texts[index] += String(samples.values[place])
          measured[index] += 1
        } else {
          texts[index] += "E"
        }
      }
    }
    end = window.first + window.count
    windows += 1
    return windows == Self.windowsPerBlock ? flush() : []
  }

  /// See ``RecordingFormat/finish()``.
  public mutating func finish() -> [UInt8] { (windows > 0 ? flush() : []) + Array("]}\n".utf8) }

  private mutating func flush() -> [UInt8] {
    var text = ""
    for (index, channel) in recording.channels.enumerated() {
      text += (isFirst ? "" : ",") + "\n{\"resource\":\(observation(index, channel))}"
      isFirst = false
      texts[index] = ""
      measured[index] = 0
    }
    windows = 0
    number += 1
    return Array(text.utf8)
  }

  private func observation(_ index: Int, _ channel: ExportedRecording.Channel) -> String {
    let value: FHIRObservation.Value =
      measured[index] > 0
      ? .samples(
        texts[index], thousandths: channel.nanovoltsPerStep.map { Int($0) } ?? 1000, unit: channel.unit,
        code: channel.nanovoltsPerStep == nil ? "1" : "uV")
      : .absent(.unknown, text: "Nothing was measured")
    var subject = Self.reference("urn:sealedbeat:pseudonym", recording.pseudonym)
    if let name = recording.name { subject = subject.merging(["display": .string(name)]) }
    return FHIRObservation(
      id: "\(recording.session.prefix(16))-\(index)-\(number)", category: .procedure,
      code: .init(
        system: FHIRObservation.Code.medicalDevices, code: channel.code.number, display: channel.code.name,
        text: channel.name),
      subject: subject, device: Self.reference("urn:sealedbeat:device", recording.device),
      time: .from(recording.time(of: blockStart), until: recording.time(of: end)), value: value
    ).resource.text
  }

  private static func reference(_ system: String, _ value: String) -> JSONValue {
    ["identifier": ["system": .string(system), "value": .string(value)]]
  }
}
