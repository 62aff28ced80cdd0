import Cardio
import Decryptor
import Findings
import Testing
import Wire

@Suite("The analysis of one session")
struct PipelineTests {
  static func run(_ pieces: [SignalPiece], device: TestDevice) -> [Finding] {
    var pipeline = SessionPipeline()
    return pieces.enumerated().map { index, piece in
      let header = device.header(piece, sequence: UInt64(index))
      return pipeline.advance(
        .opened(OpenedChunk(header: header, plaintext: piece.plaintext)), sequence: UInt64(index), receivedAt: 0,
        classify: { beat, _ in
          let height = beat.window.samples[62]
          return BeatVerdict(abnormalProbability: Double(abs(height) / 5000), isAbnormal: height > 600)
        })
    }
  }

  @Test("the same signal cut anywhere gives the same beats", arguments: SyntheticPatient.Preset.allCases)
  func cutting(preset: SyntheticPatient.Preset) throws {
    let device = try TestDevice(60)
    let reference = Self.run(SignalPiece.cut(preset, seconds: 90), device: device)
    #expect(reference.flatMap(\.beats).count > 40)
    var random = SeededRandom(seed: 5)
    for longest in [1, 20, 187] {
      let other = Self.run(
        SignalPiece.cut(preset, seconds: 90) { Int(random.next() % UInt64(longest)) + 1 }, device: device)
      #expect(other.flatMap(\.beats) == reference.flatMap(\.beats))
      #expect(other.last?.beatCount == reference.last?.beatCount)
      #expect(other.last?.abnormalBeatCount == reference.last?.abnormalBeatCount)
    }
  }

  @Test("the present state encoded and decoded goes on identically")
  func checkpoint() throws {
    let device = try TestDevice(61)
    let pieces = SignalPiece.cut(.bigeminy, seconds: 120)
    var pipeline = SessionPipeline()
    for (index, piece) in pieces.enumerated() {
      let header = device.header(piece, sequence: UInt64(index))
      _ = pipeline.advance(
        .opened(OpenedChunk(header: header, plaintext: piece.plaintext)), sequence: UInt64(index), receivedAt: 0,
        classify: BeatVerdict.none)
      let restored = try SessionCheckpoint(decoding: SessionCheckpoint(pipeline).encoded()).pipeline
      #expect(restored == pipeline)
    }
    #expect(try SessionCheckpoint(pipeline).encoded().count < 32_000)
  }

  @Test("while a lead is off nothing is measured, and no interval spans it")
  func leadOff() throws {
    let device = try TestDevice(62)
    let findings = Self.run(SignalPiece.cut(.leadOff, seconds: 60), device: device)
    let off = findings.filter { !$0.leadOff.isEmpty }
    #expect(!off.isEmpty)
    #expect(off.allSatisfy { $0.quality == 0 })
    let beats = findings.flatMap(\.beats)
    #expect(beats.allSatisfy { $0.position < 20 * 125 || $0.position > 26 * 125 })
    let first = try #require(beats.first { $0.position > 26 * 125 })
    #expect(first.rrMilliseconds == nil)
  }

  @Test("when the device's clock jumps, each beat keeps the time of its own chunk")
  func clockJump() throws {
    let device = try TestDevice(63)
    var pieces = SignalPiece.cut(.normal, seconds: 60)
    let steady = Self.run(pieces, device: device)
    for index in 15..<25 { pieces[index].captureTime -= 3_600_000_000 }
    for index in 25..<pieces.count { pieces[index].captureTime += 7_200_000_000 }
    let jumping = Self.run(pieces, device: device)
    #expect(jumping.map(\.heartRate) == steady.map(\.heartRate))
    let beats = zip(jumping.flatMap(\.beats), steady.flatMap(\.beats))
    for (moved, original) in beats {
      #expect(moved.position == original.position && moved.rrMilliseconds == original.rrMilliseconds)
      let shift = Int64(moved.time) - Int64(original.time)
      let expected: Int64 =
        moved.position < 15 * 187 ? 0 : moved.position < 25 * 187 ? -3_600_000_000 : 7_200_000_000
      #expect(shift == expected)
    }
  }

  @Test("a heart that stops has no heart rate")
  func asystole() throws {
    let device = try TestDevice(64)
    var pieces = SignalPiece.cut(.normal, seconds: 60)
    for index in 20..<pieces.count {
      pieces[index].samples = pieces[index].samples.map { _ in 0 }
    }
    let findings = Self.run(pieces, device: device)
    #expect(findings[19].heartRate != nil)
    #expect(findings.last?.heartRate == nil)
  }

  @Test("other kinds have findings of their own and change nothing")
  func otherKinds() throws {
    let device = try TestDevice(65)
    let pieces = SignalPiece.cut(.normal, seconds: 60)
    var mixed: [SignalPiece] = []
    for piece in pieces {
      var second = piece
      second.kind = .ecgLeadII
      var light = piece
      light.kind = .ppgRed
      mixed += [piece, second, .status([0xA1, 0x01, 0x05], captureTime: piece.captureTime), light]
    }
    let findings = Self.run(mixed, device: device)
    #expect(findings.count == mixed.count)
    #expect(findings.flatMap(\.beats) == Self.run(pieces, device: device).flatMap(\.beats))
    #expect(findings.allSatisfy { ($0.quality != nil) == ($0.kind == .ecgLeadI) })
    #expect(!findings.contains { $0.isRefused })
  }

  @Test("the end of the session tells the beats that still waited")
  func sessionEnd() throws {
    let device = try TestDevice(66)
    let pieces = SignalPiece.cut(.normal, seconds: 30)
    // {1: 5, 4: -60, 8: true, 9: h'00…'}
    let end =
      [0xA4, 0x01, 0x05, 0x04, 0x38, 0x3B, 0x08, 0xF5, 0x09, 0x50] + [UInt8](repeating: 0, count: 16)
    let findings = Self.run(pieces + [.status(end, captureTime: 1)], device: device)
    #expect(findings.last?.kind == .status)
    #expect(findings.last?.beats.isEmpty == false)
    // A report that cannot be read says nothing.
    for report in [[], [0xFF], [0xA1, 0x08], [0xA1, 0x08, 0x01], [UInt8](repeating: 0xA1, count: 300)] {
      #expect(Self.run(pieces + [.status(report, captureTime: 1)], device: device).last?.beats.isEmpty == true)
    }
  }

  @Test("the largest numbers that a header may hold stop nothing")
  func extremes() throws {
    let device = try TestDevice(67)
    var pieces = SignalPiece.cut(.normal, seconds: 12)
    pieces[4].captureTime = 4_102_444_800_000_000
    pieces[5].captureTime = 0
    pieces[6].firstSample = (1 << 48) - 187
    pieces[7].firstSample = 1 << 48
    pieces[3].samples = pieces[3].samples.map { $0 > 0 ? .max : .min }
    for finding in Self.run(pieces, device: device) {
      #expect(throws: Never.self) { try Finding(decoding: finding.encoded()) }
    }
  }
}
