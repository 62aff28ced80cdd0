import Cardio
import Decryptor
import KeyVaultClient
import Store
import Testing
import Wire

@Suite("The strip that a page draws")
struct StripTests {
  private static let pieces = SignalPiece.cut(.normal, seconds: 120)

  private func reader(_ bench: Bench) -> StripReader {
    StripReader(chunks: bench.store, keys: bench.keys, time: bench.time.keeper)
  }

  private func record(_ bench: Bench, _ device: TestDevice) async throws -> SessionRecord {
    try #require(try await bench.store.session(device.reference))
  }

  @Test("a range read anywhere is the range of the whole")
  func settled() async throws {
    let device = try TestDevice(70)
    let bench = try Bench([device])
    try await bench.send(Self.pieces, from: device)
    let record = try await record(bench, device)
    let reader = reader(bench)
    let whole = try await reader.strip(of: record, from: 0, count: 1000)
    #expect(whole.count == Self.pieces.count)
    #expect(whole.allSatisfy { $0.missingSamples == 0 && $0.samples.count == $0.sampleCount })
    let part = try await reader.strip(of: record, from: 40, count: 5)
    #expect(part.map(\.sequence) == [40, 41, 42, 43, 44])
    for (one, other) in zip(part, whole[40...]) {
      #expect(zip(one.samples, other.samples).allSatisfy { abs(Int($0) - Int($1)) <= 1 })
    }
    #expect(try await reader.latestStrip(of: record, count: 2).map(\.sequence).last == record.contiguous)
    #expect(try await reader.strip(of: record, from: 5000, count: 5).isEmpty)
    #expect(whole.flatMap(\.samples).max() ?? 0 > 700)
  }

  @Test("a live strip goes on without a seam")
  func live() async throws {
    let device = try TestDevice(71)
    let bench = try Bench([device])
    var live = LiveStrip(reader: reader(bench), of: device.reference, from: 0)
    var segments: [StripSegment] = []
    for start in stride(from: 0, to: Self.pieces.count, by: 7) {
      let end = min(Self.pieces.count, start + 7)
      try await bench.send(Array(Self.pieces[start..<end]), from: device, firstSequence: UInt64(start))
      let record = try await record(bench, device)
      segments += try await live.advance(to: record)
      #expect(live.isCaughtUp(with: record))
    }
    let whole = try await reader(bench).strip(of: record(bench, device), from: 0, count: 1000)
    #expect(segments == whole)
  }

  @Test("what is lost or refused is a gap, what comes from a loose electrode is not drawn")
  func gaps() async throws {
    let device = try TestDevice(72)
    let bench = try Bench([device])
    var pieces = Self.pieces
    pieces[20].leadOff = [.positive]
    var sealed = try pieces.enumerated().map { try device.seal($1, sequence: UInt64($0)) }
    sealed[10] = ReceivedChunk(
      device: device.reference.device, header: sealed[10].header, message: sealed[11].message, receivedAt: 0)
    sealed.remove(at: 5)
    try await bench.add(sealed)
    let strip = try await reader(bench).strip(of: record(bench, device), from: 0, count: 30)
    #expect(strip.map(\.sequence) == (0..<30).filter { $0 != 5 && $0 != 10 })
    #expect(strip.filter { $0.missingSamples > 0 }.map(\.sequence) == [6, 11])
    #expect(strip.first { $0.sequence == 20 }?.samples.isEmpty == true)
  }

  @Test("what may still be filled is not shown yet")
  func onItsWay() async throws {
    let device = try TestDevice(73)
    let bench = try Bench([device])
    let sealed = try Self.pieces[..<10].enumerated().map {
      try device.seal($1, sequence: UInt64($0), backlog: UInt64($0))
    }
    try await bench.add(Array(sealed[..<4] + sealed[5...]))
    let strip = try await reader(bench).latestStrip(of: record(bench, device), count: 8)
    #expect(strip.map(\.sequence) == [0, 1, 2, 3])
  }

  @Test("a refused key is an error that says so; keys expire")
  func keys() async throws {
    let device = try TestDevice(74)
    let bench = try Bench([device])
    try await bench.send(Array(Self.pieces[..<10]), from: device)
    let record = try await record(bench, device)
    let reader = reader(bench)
    bench.keys.refuse(device.reference.device, .destroyed)
    await #expect(throws: StripError.keyRefused(.destroyed)) { try await reader.strip(of: record, from: 0, count: 5) }
    bench.keys.refuse(device.reference.device, nil)
    bench.time.advance(by: .seconds(11))
    #expect(try await reader.strip(of: record, from: 0, count: 5).count == 5)
    let asked = bench.keys.requestCount
    #expect(try await reader.strip(of: record, from: 0, count: 5).count == 5)
    #expect(bench.keys.requestCount == asked)
    bench.time.advance(by: .seconds(15 * 60))
    bench.keys.fail(.unavailable("no route"))
    await #expect(throws: StripError.vault(.unavailable("no route"))) {
      try await reader.strip(of: record, from: 0, count: 5)
    }
  }
}
