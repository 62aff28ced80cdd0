/// Reads header(5) line by line; every refusal names the line.
struct WFDBHeaderParser {
  private let file: String
  private let lines: [Substring]
  private let text: String
  private var line = 0

  init(bytes: [UInt8], file: String) throws(WFDBError) {
    self.file = file
    guard bytes.count <= WFDBLimits.headerBytes else {
      throw WFDBError(code: .tooLarge, reason: "a header has at most \(WFDBLimits.headerBytes) bytes", file: file)
    }
    let printable = bytes.allSatisfy { $0 >= 0x20 || $0 == 0x09 || $0 == 0x0a || $0 == 0x0d }
    guard printable, let text = String(validating: bytes, as: UTF8.self) else {
      throw WFDBError(code: .malformedHeader, reason: "not text in UTF-8", file: file)
    }
    self.text = text
    self.lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
  }

  mutating func parse() throws(WFDBError) -> WFDBHeader {
    var comments: [String] = []
    var record: (name: String, signals: Int, rate: SampleRate, samples: Int?, startOfDay: Double?)?
    var signals: [WFDBHeader.Signal] = []
    for content in lines {
      line += 1
      let fields = content.split(whereSeparator: { $0 == " " || $0 == "\t" })
      if content.hasPrefix("#") {
        comments.append(String(content.dropFirst()))
      } else if fields.isEmpty {
        continue
      } else if let record {
        guard signals.count < record.signals else { throw malformed("more signal lines than the record line says") }
        signals.append(try signal(fields, content: content))
      } else {
        record = try recordLine(fields)
      }
    }
    guard let record else { throw malformed("no record line") }
    guard signals.count == record.signals else {
      throw malformed("\(record.signals) signals promised, \(signals.count) described")
    }
    return WFDBHeader(
      name: record.name, sampleRate: record.rate, sampleCount: record.samples, startOfDay: record.startOfDay,
      signals: signals, comments: comments)
  }

  private func recordLine(
    _ fields: [Substring]
  ) throws(WFDBError) -> (name: String, signals: Int, rate: SampleRate, samples: Int?, startOfDay: Double?) {
    guard fields.count >= 2 else { throw malformed("a record line has at least a name and a number of signals") }
    if fields[0].contains("/") { throw unsupported("records of several segments are not read") }
    guard fields[0].allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" || $0 == ".") })
    else { throw malformed("a record name has letters, digits, '_', '-' and '.'") }
    let count = try integer(fields[1], in: 0...WFDBLimits.signals, what: "number of signals")
    var rate = 250.0  // header(5): the default
    if fields.count > 2 {
      let text = fields[2].prefix { $0 != "/" && $0 != "(" }
      rate = try real(text, what: "sampling frequency")
    }
    guard let sampleRate = SampleRate(hertz: rate) else { throw malformed("sampling frequency out of range") }
    var samples: Int?
    if fields.count > 3 {
      let value = try integer(fields[3], in: 0...WFDBLimits.samplesPerSignal, what: "number of samples")
      samples = value > 0 ? value : nil
    }
    let startOfDay = fields.count > 4 ? WFDBHeaderParser.timeOfDay(fields[4]) : nil
    return (String(fields[0]), count, sampleRate, samples, startOfDay)
  }

  /// A base time `HH:MM:SS` or `HH:MM:SS.mmm` in seconds after midnight; anything else is no time of day.
  private static func timeOfDay(_ text: Substring) -> Double? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 3, let hours = Int(parts[0]), let minutes = Int(parts[1]), let seconds = Double(parts[2]),
      (0..<24).contains(hours), (0..<60).contains(minutes), seconds >= 0, seconds < 60
    else { return nil }
    return Double(hours * 3_600 + minutes * 60) + seconds
  }

  private func signal(_ fields: [Substring], content: Substring) throws(WFDBError) -> WFDBHeader.Signal {
    guard fields.count >= 2 else { throw malformed("a signal line has at least a file name and a format") }
    let fileName = String(fields[0])
    guard !fileName.contains("/"), !fileName.contains("\\"), fileName != "..", fileName != "." else {
      throw malformed("a signal file lies beside its header")
    }
    let (format, offset) = try formatField(fields[1])
    let (gain, statedBaseline, units) = try gainField(fields.count > 2 ? fields[2] : "200")
    let resolution = fields.count > 3 ? try integer(fields[3], in: 0...32, what: "ADC resolution") : 12
    let sampleRange = Int(Int32.min)...Int(Int32.max)
    let zero = fields.count > 4 ? try integer(fields[4], in: sampleRange, what: "ADC zero") : 0
    let initial = fields.count > 5 ? try integer(fields[5], in: sampleRange, what: "initial value") : nil
    let checksum = fields.count > 6 ? try integer(fields[6], in: -32_768...65_535, what: "checksum") : nil
    if fields.count > 7 { _ = try integer(fields[7], in: 0...Int(Int32.max), what: "block size") }
    let label = fields.count > 8 ? content[fields[8].startIndex...].trimmingTrailingBlanks() : ""
    return WFDBHeader.Signal(
      fileName: fileName, format: format, byteOffset: offset, gain: gain, baseline: statedBaseline ?? zero,
      units: units, adcResolution: resolution, adcZero: zero, initialValue: initial,
      checksum: checksum.flatMap { $0 == 0 ? nil : Int16(truncatingIfNeeded: $0) }, label: label)
  }

  private func formatField(_ field: Substring) throws(WFDBError) -> (WFDBHeader.Format, offset: Int) {
    let digits = field.prefix { $0.isASCII && $0.isNumber }
    let number = try integer(digits, in: 0...9999, what: "format")
    guard let format = WFDBHeader.Format(rawValue: number) else {
      throw unsupported("format \(number) is not read; 16 and 212 are")
    }
    var rest = field[digits.endIndex...]
    var offset = 0
    while let mark = rest.first {
      let value = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
      let parsed = try integer(value, in: 0...WFDBLimits.signalFileBytes, what: "format field")
      switch mark {
      case "x" where parsed == 1, ":" where parsed == 0: break
      case "x": throw unsupported("several samples per frame are not read")
      case ":": throw unsupported("skewed signals are not read")
      case "+": offset = parsed
      default: throw malformed("'\(mark)' is not part of a format")
      }
      rest = rest[value.endIndex...]
    }
    return (format, offset)
  }

  private func gainField(_ field: Substring) throws(WFDBError) -> (gain: Double, baseline: Int?, units: String) {
    let number = field.prefix { $0 != "(" && $0 != "/" }
    let gain = try real(number, what: "gain")
    guard gain >= 0, gain <= 1e9 else { throw malformed("gain out of range") }
    var rest = field[number.endIndex...]
    var baseline: Int?
    if rest.first == "(" {
      let value = rest.dropFirst().prefix { $0 != ")" }
      guard rest[value.endIndex...].first == ")" else { throw malformed("baseline without ')'") }
      baseline = try integer(value, in: Int(Int32.min)...Int(Int32.max), what: "baseline")
      rest = rest[value.endIndex...].dropFirst()
    }
    var units = "mV"
    if rest.first == "/" {
      units = String(rest.dropFirst())
      guard !units.isEmpty else { throw malformed("empty unit") }
    } else if !rest.isEmpty {
      throw malformed("'\(rest)' behind the gain")
    }
    return (gain == 0 ? 200 : gain, baseline, units)
  }

  private func integer(_ text: Substring, in range: ClosedRange<Int>, what: String) throws(WFDBError) -> Int {
    guard let value = Int(text) else { throw malformed("\(what) is not a whole number") }
    guard range.contains(value) else { throw malformed("\(what) out of range") }
    return value
  }

  private func real(_ text: Substring, what: String) throws(WFDBError) -> Double {
    let plain = text.allSatisfy { $0.isASCII && ($0.isNumber || "+-.eE".contains($0)) }
    guard plain, let value = Double(text), value.isFinite else { throw malformed("\(what) is not a number") }
    return value
  }

  private func malformed(_ reason: String) -> WFDBError {
    WFDBError(code: .malformedHeader, reason: reason, file: file, place: line)
  }

  private func unsupported(_ reason: String) -> WFDBError {
    WFDBError(code: .unsupported, reason: reason, file: file, place: line)
  }
}

extension Substring {
  fileprivate func trimmingTrailingBlanks() -> String {
    var text = self
    while let last = text.last, last == " " || last == "\t" { text = text.dropLast() }
    return String(text)
  }
}
