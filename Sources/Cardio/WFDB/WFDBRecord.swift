#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// A WFDB record in memory: its header and every signal's samples.
public struct WFDBRecord: Sendable {
  /// The header.
  public let header: WFDBHeader
  /// Converter values, one array per signal of the header, all of one length.
  public let samples: [[Int16]]

  /// Reads `DIRECTORY/NAME.hea` and the signal files that it names, and verifies every checksum that the header states.
  public init(directory: URL, name: String) throws(WFDBError) {
    let file = name + ".hea"
    let bytes = try WFDBFile.read(directory, file, limit: WFDBLimits.headerBytes)
    let header = try WFDBHeader(parsing: bytes, file: file)
    try self.init(header: header) { (signalFile) throws(WFDBError) in
      try WFDBFile.read(directory, signalFile, limit: WFDBLimits.signalFileBytes)
    }
  }

  /// Assembles a record from its header; `contents` gives the bytes of a signal file by name.
  public init(header: WFDBHeader, contents: (String) throws(WFDBError) -> [UInt8]) throws(WFDBError) {
    var samples = [[Int16]](repeating: [], count: header.signals.count)
    var group = 0
    while group < header.signals.count {
      let first = header.signals[group]
      var end = group + 1
      while end < header.signals.count, header.signals[end].fileName == first.fileName { end += 1 }
      for signal in header.signals[group..<end]
      where signal.format != first.format || signal.byteOffset != first.byteOffset {
        throw WFDBError(
          code: .malformedHeader, reason: "signals of one file differ in format or offset", file: first.fileName)
      }
      let decoded = try WFDBSignalFile.decode(
        try contents(first.fileName), format: first.format, byteOffset: first.byteOffset, signals: end - group,
        samplesPerSignal: header.sampleCount, file: first.fileName)
      for (index, values) in decoded.enumerated() { samples[group + index] = values }
      group = end
    }
    let length = samples.first?.count ?? 0
    for (signal, values) in zip(header.signals, samples) {
      guard values.count == length else {
        throw WFDBError(code: .malformedData, reason: "signals of different length", file: signal.fileName)
      }
      let sum = values.reduce(Int16(0), &+)
      if let checksum = signal.checksum, header.sampleCount != nil, checksum != sum {
        throw WFDBError(
          code: .checksumMismatch, reason: "signal \(signal.label) adds up to \(sum), the header says \(checksum)",
          file: signal.fileName)
      }
    }
    self.header = header
    self.samples = samples
  }

  /// Samples per signal.
  public var sampleCount: Int { samples.first?.count ?? 0 }

  /// One signal in µV at the record's own rate. A missing sample repeats its predecessor.
  public func microvolts(signal index: Int) throws(WFDBError) -> [Float] {
    guard samples.indices.contains(index) else {
      throw WFDBError(
        code: .malformedHeader, reason: "the record has \(samples.count) signals, signal \(index) was asked for",
        file: header.name)
    }
    let signal = header.signals[index]
    let scale = Float(try signal.microvoltsPerUnit(file: header.name) / signal.gain)
    var last: Float = 0
    return samples[index].map { value in
      if value != signal.format.missingValue { last = Float(Int(value) - signal.baseline) * scale }
      return last
    }
  }
}

extension WFDBHeader.Signal {
  /// How many µV one physical unit is.
  func microvoltsPerUnit(file: String) throws(WFDBError) -> Double {
    switch units.lowercased() {
    case "uv", "µv", "μv": return 1
    case "mv": return 1_000
    case "v": return 1_000_000
    default: throw WFDBError(code: .unsupported, reason: "signal in \(units) is not a voltage", file: file)
    }
  }
}
