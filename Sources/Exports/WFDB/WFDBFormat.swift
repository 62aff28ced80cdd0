internal import Cardio

/// A WFDB record in a tar archive: signals of 16 bits (format 16), annotations, and the header last, for it holds the signals' checksums.
///
/// A place without a measurement is −32768, which WFDB's readers take for invalid (`NaN` in Python); a converter's own −32768 is its end stop
/// and no measurement either. Each beat is annotated with the clinician's label where there is one, and then its text says what the machine
/// said. Notes, the beginning of gaps and of lead-off are comments (`"`).
public struct WFDBFormat: RecordingFormat {
  /// The value without a measurement.
  static let invalid = Int16.min
  /// A comment in annot(5).
  private static let comment = WFDBAnnotation.Code(rawValue: 22)

  private let recording: ExportedRecording
  private let name: String
  private var checksums: [Int16]
  private var firsts: [Int16]
  private var bytes = 0
  private var comments: [(sample: Int, text: String)] = []
  private var states: [ExportedWindow.State]

  /// Writes a recording.
  public init(_ recording: ExportedRecording) {
    self.recording = recording
    name = "sb_\(recording.session.prefix(8))"
    checksums = [Int16](repeating: 0, count: recording.channels.count)
    firsts = checksums
    states = [ExportedWindow.State](repeating: .measured, count: recording.channels.count)
  }

  /// See ``RecordingFormat/begin()``.
  public mutating func begin() -> [UInt8] {
    TarFile.header(
      "\(name).dat", size: recording.count * recording.channels.count * 2, seconds: recording.start / 1_000_000)
  }

  /// See ``RecordingFormat/add(_:)``.
  public mutating func add(_ window: ExportedWindow) -> [UInt8] {
    var data: [UInt8] = []
    data.reserveCapacity(window.count * window.channels.count * 2)
    for place in 0..<window.count {
      for (index, samples) in window.channels.enumerated() {
        let state = samples.states[place]
        if state != states[index] {
          note(state, of: index, at: window.first + place)
          states[index] = state
        }
        let value = state == .measured ? samples.values[place] : Self.invalid
        checksums[index] &+= value
        if window.first + place == 0 { firsts[index] = value }
        data.append(UInt8(truncatingIfNeeded: value))
        data.append(UInt8(truncatingIfNeeded: value >> 8))
      }
    }
    bytes += data.count
    return data
  }

  /// See ``RecordingFormat/finish()``.
  public mutating func finish() -> [UInt8] {
    let seconds = recording.start / 1_000_000
    var file = TarFile.padding(bytes)
    for (suffix, content) in [("atr", annotations), ("hea", Array(header.utf8))] {
      file += TarFile.header("\(name).\(suffix)", size: content.count, seconds: seconds) + content
      file += TarFile.padding(content.count)
    }
    return file + TarFile.end
  }

  private mutating func note(_ state: ExportedWindow.State, of channel: Int, at sample: Int) {
    let text =
      switch state {
      case .measured: "signal"
      case .leadOff: "lead-off"
      case .missing: "gap"
      }
    comments.append((sample, "\(recording.channels[channel].name): \(text)"))
  }

  private var annotations: [UInt8] {
    var entries = comments.map { WFDBAnnotation(sample: $0.sample, code: Self.comment, auxiliary: $0.text) }
    entries += recording.notes.map {
      WFDBAnnotation(
        sample: max(0, $0.sample), code: Self.comment, auxiliary: Self.clipped("\($0.author): \($0.text)"))
    }
    entries += recording.beats.compactMap { beat in
      // The five letters are mnemonics of annot(5).
      WFDBAnnotation.Code(symbol: (beat.clinicianLabel ?? beat.label).rawValue).map {
        WFDBAnnotation(
          sample: max(0, beat.sample), code: $0,
          auxiliary: beat.clinicianLabel == nil ? "" : "clinician; machine \(beat.label.rawValue)")
      }
    }
    let sorted = entries.enumerated().sorted {
      ($0.element.sample, $0.offset) < ($1.element.sample, $1.offset)
    }
    // In order, with codes and lengths that the format has: it cannot fail.
    return (try? WFDBAnnotationWriter.bytes(of: sorted.map(\.element), file: "\(name).atr")) ?? []
  }

  private var header: String {
    let time = CivilTime(microseconds: recording.start)
    let clock = "\(time.clock).\(CivilTime.digits(time.microsecond / 1000, 3))"
    let date = "\(CivilTime.digits(time.day, 2))/\(CivilTime.digits(time.month, 2))/\(CivilTime.digits(time.year, 4))"
    var lines = ["\(name) \(recording.channels.count) 125 \(recording.count) \(clock) \(date)"]
    for (index, channel) in recording.channels.enumerated() {
      // Steps of the converter for one unit: 1 mV, or 1 count.
      let gain =
        if let nanovolts = channel.nanovoltsPerStep { "\(1_000_000 / Double(nanovolts))(0)/mV" } else { "1(0)/counts" }
      lines.append("\(name).dat 16 \(gain) 16 0 \(firsts[index]) \(checksums[index]) 0 \(channel.name)")
    }
    lines.append("# SealedBeat \(recording.device) session \(recording.session) from sample \(recording.first)")
    lines.append("# patient \(recording.pseudonym)")
    lines.append("# clock \(recording.isClockSynchronised ? "synchronised" : "not synchronised"), UTC; unfiltered")
    return lines.joined(separator: "\n") + "\n"
  }

  /// At most as much as an annotation holds, cut between characters.
  private static func clipped(_ text: String) -> String {
    guard text.utf8.count > WFDBAnnotationWriter.longestText else { return text }
    var clipped = ""
    for character in text where clipped.utf8.count + character.utf8.count + 3 <= WFDBAnnotationWriter.longestText {
      clipped.append(character)
    }
    return clipped + "…"
  }
}
