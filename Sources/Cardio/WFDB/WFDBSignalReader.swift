public import Foundation

/// Reads one signal of a record block by block, so that a recording of days costs no more memory than one of seconds.
///
/// Samples come in µV at the record's own rate. A missing sample repeats its predecessor, and long runs of missing ones are
/// told in ``missing``. Formats and layout are those that `WFDBRecord` reads; the checksum is verified when the end is reached.
public struct WFDBSignalReader: Sendable {
  /// The record's header.
  public let header: WFDBHeader
  /// The index of the signal.
  public let signal: Int
  /// Samples of the signal.
  public let sampleCount: Int
  /// Runs of missing samples, at least ``shortestGap`` long, among those read so far.
  public private(set) var missing: [Range<Int>] = []
  /// Missing samples in a row from which there is a gap rather than a lost sample: half a second.
  public let shortestGap: Int
  /// Runs told at most: beyond it the signal is refused as unreadable.
  public static let gapLimit = 100_000

  /// Bytes read at once: one block of the file.
  private static let blockBytes = 1 << 20

  private let file: URL
  private let description: WFDBHeader.Signal
  private let place: Int
  private let signals: Int
  private let scale: Float
  private var position = 0
  private var last: Float?
  private var missingSince: Int?
  private var sum: Int16 = 0

  /// Opens `DIRECTORY/NAME.hea` and the signal's file.
  ///
  /// - Parameters:
  ///   - directory: The record's folder.
  ///   - name: The record's name.
  ///   - signal: Which signal, from 0.
  /// - Throws: ``WFDBError``.
  public init(directory: URL, name: String, signal: Int) throws(WFDBError) {
    let headerFile = name + ".hea"
    let bytes = try WFDBFile.read(directory, headerFile, limit: WFDBLimits.headerBytes)
    let header = try WFDBHeader(parsing: bytes, file: headerFile)
    guard header.signals.indices.contains(signal) else {
      throw WFDBError(
        code: .malformedHeader,
        reason: "the record has \(header.signals.count) signals, signal \(signal) was asked for",
        file: headerFile)
    }
    let description = header.signals[signal]
    let group = header.signals.indices.filter { header.signals[$0].fileName == description.fileName }
    for index in group
    where header.signals[index].format != description.format
      || header.signals[index].byteOffset != description.byteOffset
    {
      throw WFDBError(
        code: .malformedHeader, reason: "signals of one file differ in format or offset", file: description.fileName)
    }
    self.header = header
    self.signal = signal
    self.description = description
    // The signal belongs to its own group.
    self.place = group.firstIndex(of: signal) ?? 0
    self.signals = group.count
    self.file = directory.appendingPathComponent(description.fileName)
    self.scale = Float(try description.microvoltsPerUnit(file: headerFile) / description.gain)
    let size = (try? FileManager.default.attributesOfItem(atPath: file.path))?[.size] as? Int
    guard let size, size >= description.byteOffset else {
      throw WFDBError(
        code: .unreadableFile, reason: size == nil ? "absent or not readable" : "shorter than its offset",
        file: description.fileName)
    }
    let available =
      WFDBSignalFile.values(in: size - description.byteOffset, format: description.format) / group.count
    let count = header.sampleCount ?? available
    guard count <= available else {
      throw WFDBError(
        code: .malformedData, reason: "holds \(available) samples per signal, the header says \(count)",
        file: description.fileName, place: size)
    }
    guard count <= WFDBLimits.samplesPerSignal else {
      throw WFDBError(code: .tooLarge, reason: "\(count) samples per signal", file: description.fileName)
    }
    self.sampleCount = count
    self.shortestGap = max(1, Int(header.sampleRate.hertz / 2))
  }

  /// How long the record is, in seconds.
  public var seconds: Double { Double(sampleCount) * header.sampleRate.interval }

  /// Reads the next block into `microvolts`, replacing what is there; false at the end.
  ///
  /// - Throws: ``WFDBError`` when the file cannot be read, or at the end when the samples do not add up to the checksum.
  public mutating func next(into microvolts: inout [Float]) throws(WFDBError) -> Bool {
    microvolts.removeAll(keepingCapacity: true)
    guard position < sampleCount else { return false }
    let frames = position..<min(sampleCount, position + blockFrames)
    let bytes = try read(frames)
    let first = frames.lowerBound
    let format = description.format
    let missingValue = format.missingValue
    let baseline = description.baseline
    var value = last ?? 0
    var sum = self.sum
    try bytes.withUnsafeBufferPointer { (source) throws(WFDBError) in
      for frame in 0..<frames.count {
        let raw = WFDBSignalFile.value(at: frame * signals + place, of: source, from: 0, format: format)
        sum &+= raw
        if raw == missingValue {
          if missingSince == nil { missingSince = first + frame }
        } else {
          value = Float(Int(raw) - baseline) * scale
          if missingSince != nil { try endMissing(at: first + frame) }
        }
        microvolts.append(value)
      }
    }
    self.sum = sum
    last = value
    position = frames.upperBound
    if position == sampleCount { try finish() }
    return true
  }

  /// The samples of `range` in µV, wherever reading stands; what lies outside the record is left out.
  ///
  /// - Throws: ``WFDBError`` when the file cannot be read.
  public func microvolts(in range: Range<Int>) throws(WFDBError) -> [Float] {
    let wanted = range.clamped(to: 0..<sampleCount)
    // Two samples of format 212 share a byte: begin at an even one.
    let frames = wanted.lowerBound & ~1..<wanted.upperBound
    guard !wanted.isEmpty else { return [] }
    let bytes = try read(frames)
    var value: Float = 0
    var result: [Float] = []
    result.reserveCapacity(wanted.count)
    bytes.withUnsafeBufferPointer { source in
      for frame in 0..<frames.count {
        let raw = WFDBSignalFile.value(
          at: frame * signals + place, of: source, from: 0, format: description.format)
        if raw != description.format.missingValue { value = Float(Int(raw) - description.baseline) * scale }
        if frames.lowerBound + frame >= wanted.lowerBound { result.append(value) }
      }
    }
    return result
  }

  /// An even number of frames that fill a block.
  private var blockFrames: Int { max(2, WFDBSignalReader.blockBytes / (2 * signals) & ~1) }

  /// The bytes of `frames`, of which the first is even.
  private func read(_ frames: Range<Int>) throws(WFDBError) -> [UInt8] {
    let start = WFDBSignalFile.bytes(of: frames.lowerBound * signals, format: description.format)
    let end = WFDBSignalFile.bytes(of: frames.upperBound * signals, format: description.format)
    do {
      let handle = try FileHandle(forReadingFrom: file)
      defer { try? handle.close() }
      try handle.seek(toOffset: UInt64(description.byteOffset + start))
      if let data = try handle.read(upToCount: end - start), data.count == end - start { return [UInt8](data) }
    } catch {
      throw WFDBError(code: .unreadableFile, reason: "cannot be read", file: description.fileName)
    }
    throw WFDBError(
      code: .malformedData, reason: "ends before its last sample", file: description.fileName,
      place: description.byteOffset + start)
  }

  private mutating func endMissing(at sample: Int) throws(WFDBError) {
    defer { missingSince = nil }
    guard let start = missingSince, sample - start >= shortestGap else { return }
    guard missing.count < WFDBSignalReader.gapLimit else {
      throw WFDBError(
        code: .tooLarge, reason: "more than \(WFDBSignalReader.gapLimit) gaps", file: description.fileName)
    }
    missing.append(start..<sample)
  }

  private mutating func finish() throws(WFDBError) {
    try endMissing(at: sampleCount)
    if let checksum = description.checksum, header.sampleCount != nil, checksum != sum {
      throw WFDBError(
        code: .checksumMismatch, reason: "signal \(description.label) adds up to \(sum), the header says \(checksum)",
        file: description.fileName)
    }
  }
}
