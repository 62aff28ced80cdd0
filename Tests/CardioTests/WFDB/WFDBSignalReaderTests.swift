import Cardio
import Foundation
import Testing

@Suite("WFDB signal reader")
struct WFDBSignalReaderTests {
  /// A record of `signals` random signals in a folder of its own.
  private struct Made {
    let folder: URL
    let samples: [[Int]]

    init(format: Int, signals: Int, count: Int, missing: Range<Int> = 0..<0, spoilsChecksum: Bool = false) throws {
      folder = FileManager.default.temporaryDirectory.appendingPathComponent("reader-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      var lottery = Lottery(seed: UInt64(format + signals + count))
      let none = format == 212 ? -2_048 : -32_768
      samples = (0..<signals).map { _ in
        (0..<count).map { missing.contains($0) ? none : Int(lottery.next() % 4_000) - 2_000 }
      }
      let flat = (0..<count).flatMap { frame in samples.map { $0[frame] } }
      var bytes: [UInt8] = []
      if format == 16 {
        for value in flat { bytes += [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)] }
      } else {
        for pair in stride(from: 0, to: flat.count, by: 2) {
          let (one, two) = (flat[pair] & 0xfff, pair + 1 < flat.count ? flat[pair + 1] & 0xfff : 0)
          bytes += [UInt8(one & 0xff), UInt8(one >> 8 | (two >> 8) << 4), UInt8(two & 0xff)]
        }
      }
      try Data(bytes).write(to: folder.appendingPathComponent("r.dat"))
      var header = "r \(signals) 250 \(count) 10:20:30.5\n"
      for (index, values) in samples.enumerated() {
        let sum = Int16(truncatingIfNeeded: values.reduce(0, +) + (spoilsChecksum ? 1 : 0))
        header += "r.dat \(format) 200(5)/mV 12 0 \(values.first ?? 0) \(sum) 0 L\(index)\n"
      }
      try Data(header.utf8).write(to: folder.appendingPathComponent("r.hea"))
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }
  }

  private func read(_ made: Made, signal: Int) throws -> (samples: [Float], reader: WFDBSignalReader, blocks: Int) {
    var reader = try WFDBSignalReader(directory: made.folder, name: "r", signal: signal)
    var (all, block, blocks): ([Float], [Float], Int) = ([], [], 0)
    while try reader.next(into: &block) {
      all += block
      blocks += 1
    }
    return (all, reader, blocks)
  }

  @Test(
    "block by block it reads what is read at once, in any layout",
    arguments: [(16, 1, 5), (212, 1, 7), (212, 1, 1_200_001), (212, 2, 300_001), (16, 3, 200_003), (212, 3, 11)])
  func wholeRecord(format: Int, signals: Int, count: Int) throws {
    let made = try Made(format: format, signals: signals, count: count)
    defer { made.remove() }
    let record = try WFDBRecord(directory: made.folder, name: "r")
    for signal in 0..<signals {
      let (samples, reader, blocks) = try read(made, signal: signal)
      #expect(samples == (try record.microvolts(signal: signal)))
      #expect(reader.sampleCount == count && reader.header.startOfDay == 37_230.5 && reader.missing.isEmpty)
      #expect(count < 300_000 || blocks > 1)
      for range in [0..<min(5, count), count / 3..<count / 2 + 1, count - 3..<count + 9] {
        #expect(try reader.microvolts(in: range) == Array(samples[range.clamped(to: 0..<count)]))
      }
    }
  }

  @Test("missing samples repeat the one before, and long runs of them are told")
  func missing() throws {
    let made = try Made(format: 16, signals: 1, count: 2_000, missing: 500..<900)
    defer { made.remove() }
    let (samples, reader, _) = try read(made, signal: 0)
    #expect(reader.missing == [500..<900])
    #expect(samples[500..<900].allSatisfy { $0 == samples[499] })
    let short = try Made(format: 212, signals: 1, count: 2_000, missing: 500..<560)
    defer { short.remove() }
    #expect(try read(short, signal: 0).reader.missing.isEmpty)
    let open = try Made(format: 16, signals: 1, count: 2_000, missing: 1_500..<2_000)
    defer { open.remove() }
    #expect(try read(open, signal: 0).reader.missing == [1_500..<2_000])
  }

  @Test("a wrong checksum, a short file and an absent signal are refused")
  func hostile() throws {
    let spoilt = try Made(format: 212, signals: 2, count: 900, spoilsChecksum: true)
    defer { spoilt.remove() }
    #expect(throws: WFDBError(code: .checksumMismatch, reason: "", file: "")) { try read(spoilt, signal: 1) }
    #expect(throws: WFDBError(code: .malformedHeader, reason: "", file: "")) { try read(spoilt, signal: 2) }
    let file = spoilt.folder.appendingPathComponent("r.dat")
    try Data([1, 2, 3]).write(to: file)
    #expect(throws: WFDBError(code: .malformedData, reason: "", file: "")) { try read(spoilt, signal: 0) }
    try FileManager.default.removeItem(at: file)
    #expect(throws: WFDBError(code: .unreadableFile, reason: "", file: "")) { try read(spoilt, signal: 0) }
  }
}
