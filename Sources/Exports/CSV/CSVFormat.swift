internal import Cardio

/// One row a sample (RFC 4180): sample, time, then each channel's value and state, then what was said of a beat.
///
/// A place without a measurement has an empty value and the state `lead-off` or `missing`. A sample that no channel has is a row all the same.
public struct CSVFormat: RecordingFormat {
  private let recording: ExportedRecording
  private var beat = 0
  private var note = 0

  /// Writes a recording.
  public init(_ recording: ExportedRecording) { self.recording = recording }

  /// See ``RecordingFormat/begin()``.
  public mutating func begin() -> [UInt8] {
    var names = ["sample", "time"]
    for channel in recording.channels {
      let name = channel.name.lowercased().replacing(" ", with: "_")
      names += ["\(name)_\(channel.unit)", "\(name)_state"]
    }
    return Array((names + ["beat", "beat_clinician", "note"]).joined(separator: ",").utf8) + [13, 10]
  }

  /// See ``RecordingFormat/add(_:)``.
  public mutating func add(_ window: ExportedWindow) -> [UInt8] {
    var text = ""
    text.reserveCapacity(window.count * 64)
    for place in 0..<window.count {
      let sample = window.first + place
      text += "\(recording.first + sample),\(CivilTime(microseconds: recording.time(of: sample)).iso)"
      for (channel, samples) in zip(recording.channels, window.channels) {
        switch samples.states[place] {
        case .measured:
          let value = Int(samples.values[place])
          text += ",\(channel.nanovoltsPerStep.map { thousandths(value * Int($0)) } ?? String(value)),"
        case .leadOff: text += ",,lead-off"
        case .missing: text += ",,missing"
        }
      }
      var labels = ","
      // Two beats on one sample cannot be: the second would be written at the next row.
      if beat < recording.beats.count, recording.beats[beat].sample <= sample {
        let found = recording.beats[beat]
        labels = "\(found.label.rawValue),\(found.clinicianLabel?.rawValue ?? "")"
        beat += 1
      }
      var notes: [String] = []
      while note < recording.notes.count, recording.notes[note].sample <= sample {
        notes.append("\(recording.notes[note].author): \(recording.notes[note].text)")
        note += 1
      }
      text += ",\(labels),\(Self.field(notes.joined(separator: "\n")))\r\n"
    }
    return Array(text.utf8)
  }

  /// See ``RecordingFormat/finish()``.
  public mutating func finish() -> [UInt8] { [] }

  /// A field in quotation marks where it needs them. One that a spreadsheet would take for a formula gets an apostrophe (OWASP CSV Injection).
  static func field(_ text: String) -> String {
    guard let first = text.first else { return "" }
    let safe = "=+-@\t\r".contains(first) ? "'" + text : text
    guard safe.contains(where: { ",\"\n\r".contains($0) }) else { return safe }
    return "\"\(safe.replacing("\"", with: "\"\""))\""
  }
}
