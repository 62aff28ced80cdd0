internal import Cardio

/// EDF+ (Kemp and Olivan 2003): a second a record, 16 bits a sample, annotations in a channel of their own.
///
/// Seconds of which nothing arrived have no record; the file is then discontinuous (EDF+D). In a record that is there, a place without a
/// measurement is the digital minimum, −32768, and an annotation says `gap` or `lead-off` with onset and duration; a converter's own −32768 is
/// its end stop and no measurement either. An ECG's physical unit is µV.
public struct EDFFormat: RecordingFormat {
  /// Samples of a record.
  private static let perRecord = 125
  /// Most bytes of a part of a note: a longer one is written in parts.
  private static let partLimit = 100
  /// Most bytes of an annotation that says what is missing: `+86400.000001␕1␔lead-off PPG infrared␔␀`.
  private static let absenceBytes = 48

  private let recording: ExportedRecording
  /// Seconds that have a record.
  private let records: [Int]
  private let isContinuous: Bool
  /// Bytes of annotations in a record.
  private let annotationBytes: Int
  /// Annotations of beats and notes, by record.
  private let packed: [[UInt8]]
  private var next = 0
  private var place = 0

  /// Writes a recording.
  public init(_ recording: ExportedRecording) {
    self.recording = recording
    let seconds = (recording.count + Self.perRecord - 1) / Self.perRecord
    var isThere = [Bool](repeating: false, count: seconds)
    for range in recording.present where !range.isEmpty {
      for second in max(0, range.lowerBound / Self.perRecord)...max(0, (range.upperBound - 1) / Self.perRecord)
      where second < seconds { isThere[second] = true }
    }
    let records = isThere.indices.filter { isThere[$0] }
    self.records = records
    isContinuous = records.count == seconds
    let annotations = Self.annotations(of: recording)
    let start = Int(recording.start % 1_000_000)
    // Room for what is missing in a record: one annotation of each kind and channel.
    let reserve = recording.channels.count * 2 * Self.absenceBytes
    var size = reserve + 144
    var pages = Self.pack(annotations, records: records, start: start, size: size - reserve)
    // What does not fit at its place goes into later records; when none is left, all records get more room.
    while pages == nil, size < 8000 {
      size *= 2
      pages = Self.pack(annotations, records: records, start: start, size: size - reserve)
    }
    annotationBytes = size
    packed = pages ?? records.map { Self.timekeeping($0, start: start) }
  }

  /// See ``RecordingFormat/begin()``.
  public mutating func begin() -> [UInt8] {
    let time = CivilTime(microseconds: recording.start)
    let signals = recording.channels.count + 1
    var text = Self.field("0", 8)
    let name = Self.word(recording.name ?? "X")
    let birth = recording.birthDate.flatMap(Self.date) ?? "X"
    text += Self.field("\(Self.word(recording.pseudonym)) X \(birth) \(name)", 80)
    let day = "\(CivilTime.digits(time.day, 2))-\(time.monthName)-\(CivilTime.digits(time.year, 4))"
    text += Self.field("Startdate \(day) \(recording.session.prefix(16)) X SealedBeat_\(recording.device)", 80)
    let parts = [time.day, time.month, time.year % 100].map { CivilTime.digits($0, 2) }
    text += parts.joined(separator: ".")
    text += [time.hour, time.minute, time.second].map { CivilTime.digits($0, 2) }.joined(separator: ".")
    text += Self.field("\(256 * (signals + 1))", 8)
    text += Self.field(isContinuous ? "EDF+C" : "EDF+D", 44)
    text += Self.field("\(records.count)", 8) + Self.field("1", 8) + Self.field("\(signals)", 4)
    func column(_ width: Int, _ annotations: String, _ value: (ExportedRecording.Channel) -> String) {
      for channel in recording.channels { text += Self.field(value(channel), width) }
      text += Self.field(annotations, width)
    }
    column(16, "EDF Annotations") { $0.name }
    column(80, "") { $0.nanovoltsPerStep == nil ? "photodiode" : "AgAgCl electrodes" }
    column(8, "") { $0.nanovoltsPerStep == nil ? "" : "uV" }
    column(8, "-1") { Self.physical(-32_768, $0) }
    column(8, "1") { Self.physical(32_767, $0) }
    column(8, "-32768") { _ in "-32768" }
    column(8, "32767") { _ in "32767" }
    column(80, "") { _ in "none" }
    column(8, "\(annotationBytes / 2)") { _ in "\(Self.perRecord)" }
    column(32, "") { _ in "" }
    return Array(text.utf8)
  }

  /// See ``RecordingFormat/add(_:)``.
  public mutating func add(_ window: ExportedWindow) -> [UInt8] {
    var bytes: [UInt8] = []
    var start = 0
    while start < window.count {
      let second = (window.first + start) / Self.perRecord
      if next < records.count, records[next] == second {
        for samples in window.channels {
          for index in 0..<Self.perRecord {
            let place = start + index
            let isMeasured = place < samples.values.count && samples.states[place] == .measured
            let value = isMeasured ? samples.values[place] : Int16.min
            bytes.append(UInt8(truncatingIfNeeded: value))
            bytes.append(UInt8(truncatingIfNeeded: value >> 8))
          }
        }
        let annotations = packed[next] + absences(in: window, from: start)
        bytes += annotations + [UInt8](repeating: 0, count: max(0, annotationBytes - annotations.count))
        next += 1
      }
      start += Self.perRecord
    }
    return bytes
  }

  /// See ``RecordingFormat/finish()``.
  public mutating func finish() -> [UInt8] { [] }

  /// What is missing in a record, as one annotation a channel and kind.
  private func absences(in window: ExportedWindow, from start: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    let end = min(window.count, start + Self.perRecord)
    for (channel, samples) in zip(recording.channels, window.channels) {
      for (state, text) in [(ExportedWindow.State.leadOff, "lead-off"), (.missing, "gap")] {
        let places = (start..<end).filter { samples.states[$0] == state }
        guard let first = places.first, let last = places.last else { continue }
        let onset = Self.seconds(window.first + first, start: Int(recording.start % 1_000_000))
        let duration = thousandths((last - first + 1) * 8)
        bytes += Array("+\(onset)\u{15}\(duration)\u{14}\(text) \(channel.name)\u{14}\u{0}".utf8)
      }
    }
    return bytes
  }

  // MARK: Annotations

  private static func annotations(of recording: ExportedRecording) -> [(sample: Int, text: [UInt8])] {
    let start = Int(recording.start % 1_000_000)
    var entries: [(sample: Int, text: [UInt8])] = recording.beats.map { beat in
      let label = beat.clinicianLabel.map { "\($0.rawValue) (clinician; machine \(beat.label.rawValue))" }
      return (
        beat.sample,
        Array("+\(seconds(beat.sample, start: start))\u{14}\(label ?? beat.label.rawValue)\u{14}\u{0}".utf8)
      )
    }
    for note in recording.notes {
      let clean = "\(note.author): \(note.text)".filter { !"\u{14}\u{15}\u{0}".contains($0) }
      for part in parts(of: clean) {
        let duration = note.count > 0 ? "\u{15}\(thousandths(note.count * 8))" : ""
        entries.append(
          (note.sample, Array("+\(seconds(note.sample, start: start))\(duration)\u{14}\(part)\u{14}\u{0}".utf8)))
      }
    }
    return entries.enumerated().sorted { ($0.element.sample, $0.offset) < ($1.element.sample, $1.offset) }
      .map(\.element)
  }

  private static func parts(of text: String) -> [String] {
    var parts: [String] = []
    var part = ""
    for character in text {
      if part.utf8.count + character.utf8.count > partLimit {
        parts.append(part)
        part = ""
      }
      part.append(character)
    }
    return parts + [part]
  }

  /// The annotations of each record, or `nil` where they do not all fit.
  private static func pack(
    _ annotations: [(sample: Int, text: [UInt8])], records: [Int], start: Int, size: Int
  ) -> [[UInt8]]? {
    var next = 0
    let pages = records.map { second -> [UInt8] in
      var page = timekeeping(second, start: start)
      while next < annotations.count, annotations[next].sample < (second + 1) * perRecord,
        page.count + annotations[next].text.count <= size
      {
        page += annotations[next].text
        next += 1
      }
      return page
    }
    return next == annotations.count || records.isEmpty ? pages : nil
  }

  /// The annotation with which a record begins: when it does.
  private static func timekeeping(_ second: Int, start: Int) -> [UInt8] {
    Array("+\(seconds(second * perRecord, start: start))\u{14}\u{14}\u{0}".utf8)
  }

  /// Seconds from the header's start, which is in whole seconds, to a sample.
  private static func seconds(_ sample: Int, start: Int) -> String {
    let micros = sample * 8000 + start
    let whole = micros / 1_000_000
    let rest = micros % 1_000_000
    guard rest > 0 else { return String(whole) }
    var digits = CivilTime.digits(rest, 6)
    while digits.hasSuffix("0") { digits.removeLast() }
    return "\(whole).\(digits)"
  }

  // MARK: Fields

  /// A physical limit in at most 8 characters.
  private static func physical(_ digital: Int, _ channel: ExportedRecording.Channel) -> String {
    guard let nanovolts = channel.nanovoltsPerStep else { return String(digital) }
    let exact = thousandths(digital * Int(nanovolts))
    guard exact.count > 8 else { return exact }
    return String(exact.prefix(8))
  }

  /// A field of printable ASCII, filled with spaces.
  private static func field(_ text: String, _ width: Int) -> String {
    let plain = String(text.unicodeScalars.map { (32...126).contains($0.value) ? Character($0) : "?" }.prefix(width))
    return plain + String(repeating: " ", count: width - plain.count)
  }

  /// A subfield: no spaces.
  private static func word(_ text: String) -> String { text.isEmpty ? "X" : text.replacing(" ", with: "_") }

  /// `2-AUG-1951` style of `yyyy-mm-dd`.
  private static func date(_ text: String) -> String? {
    let parts = text.split(separator: "-")
    guard parts.count == 3, let month = Int(parts[1]), (1...12).contains(month), let day = Int(parts[2]) else {
      return nil
    }
    let names = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
    return "\(CivilTime.digits(day, 2))-\(names[month - 1])-\(parts[0])"
  }
}
