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
    Array(
      """
      {"resourceType":"Bundle","type":"collection","identifier":{"system":"urn:sealedbeat:session",\
      "value":\(Self.string(recording.session))},"timestamp":"\(CivilTime(microseconds: recording.start).iso)","entry":[
      """.utf8)
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
    let from = CivilTime(microseconds: recording.time(of: blockStart)).iso
    let until = CivilTime(microseconds: recording.time(of: end)).iso
    let unit = channel.nanovoltsPerStep == nil ? "1" : "uV"
    let factor = channel.nanovoltsPerStep.map { thousandths(Int($0)) } ?? "1"
    let value =
      measured[index] > 0
      ? """
      "valueSampledData":{"origin":{"value":0,"unit":"\(channel.unit)","system":"http://unitsofmeasure.org",\
      "code":"\(unit)"},"period":8,"factor":\(factor),"dimensions":1,"data":"\(texts[index])"}
      """
      : """
      "dataAbsentReason":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/data-absent-reason",\
      "code":"unknown"}]}
      """
    return """
      {"resourceType":"Observation","id":"\(recording.session.prefix(16))-\(index)-\(number)","status":"final",\
      "category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category",\
      "code":"procedure"}]}],"code":{"coding":[{"system":"urn:iso:std:iso:11073:10101",\
      "code":"\(channel.code.number)","display":"\(channel.code.name)"}],"text":\(Self.string(channel.name))},\
      "subject":{"identifier":{"system":"urn:sealedbeat:pseudonym","value":\(Self.string(recording.pseudonym))}\
      \(recording.name.map { ",\"display\":\(Self.string($0))" } ?? "")},\
      "effectivePeriod":{"start":"\(from)","end":"\(until)"},\
      "device":{"identifier":{"system":"urn:sealedbeat:device","value":\(Self.string(recording.device))}},\(value)}
      """
  }

  /// A JSON string (RFC 8259 §7).
  static func string(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      default:
        if scalar.value < 0x20 {
          let digits = String(scalar.value, radix: 16)
          out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        } else {
          out.unicodeScalars.append(scalar)
        }
      }
    }
    return out + "\""
  }
}
