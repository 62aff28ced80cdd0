import Cardio
import Decryptor
import Findings
import KeyVaultClient
import Sealing
import Store
import Testing
import Wire

@Suite("Killed at any moment, the analysis goes on as if nothing had happened")
struct ResumeTests {
  /// 11 minutes: more than one checkpoint interval.
  private static let pieces = SignalPiece.cut(.pvc, seconds: 660, seed: 7)
  /// What an analysis that nothing disturbs says; no finding names its device.
  private static let undisturbed = Task { try await Bench.undisturbed(pieces, from: TestDevice(19)) }

  @Test("interrupted at random points: identical findings", arguments: 0..<6)
  func randomInterruptions(seed: Int) async throws {
    var random = SeededRandom(seed: UInt64(seed))
    let device = try TestDevice(20 + seed)
    let expected = try await Self.undisturbed.value
    let bench = try Bench([device])
    var worker = bench.worker()
    var sent = 0
    while sent < Self.pieces.count {
      let end = min(Self.pieces.count, sent + Int(random.next() % 60) + 1)
      try await bench.send(Array(Self.pieces[sent..<end]), from: device, firstSequence: UInt64(sent))
      sent = end
      switch random.next() % 4 {
      case 0:
        // kill -9 while findings were on their way to the disk.
        bench.store.withState { $0.commitFailure = StoreError(.io, "killed") }
        await worker.turn()
        bench.store.withState { $0.commitFailure = nil }
        worker = bench.worker()
        await worker.turn()
      case 1:
        // An orderly end.
        await worker.turn()
        await worker.stop()
        worker = bench.worker()
      case 2:
        // kill -9 between two commits.
        await worker.turn()
        worker = bench.worker()
      default:
        await worker.turn()
      }
    }
    await worker.turn()
    let found = try await bench.findings(of: device)
    #expect(found == expected)
    #expect(bench.store.withState { $0.rejectedCommits } == 0)
  }

  @Test("a checkpoint that cannot be read costs a replay and nothing else")
  func unreadableCheckpoint() async throws {
    let device = try TestDevice(30)
    let expected = try await Self.undisturbed.value
    let bench = try Bench([device])
    try await bench.send(Array(Self.pieces[..<300]), from: device)
    await bench.worker().turn()
    let hadCheckpoint = bench.store.withState { state in
      let checkpoint = state.analyses[device.reference]?.checkpoint
      state.analyses[device.reference]?.checkpoint = checkpoint.map {
        SealedCheckpoint(sequence: $0.sequence, box: $0.box.reversed())
      }
      return checkpoint != nil
    }
    #expect(hadCheckpoint)
    try await bench.send(Array(Self.pieces[300...]), from: device, firstSequence: 300)
    await bench.worker().turn()
    #expect(try await bench.findings(of: device) == expected)
  }

  @Test("a last finding that cannot be read costs the classification of the replay")
  func unreadableFinding() async throws {
    let device = try TestDevice(31)
    let expected = try await Self.undisturbed.value
    let bench = try Bench([device])
    try await bench.send(Array(Self.pieces[..<100]), from: device)
    await bench.worker().turn()
    bench.store.withState { state in
      state.analyses[device.reference]?.findings[99] = SealedFinding(sequence: 99, box: [1, 2, 3])
    }
    try await bench.send(Array(Self.pieces[100...]), from: device, firstSequence: 100)
    await bench.worker().turn()
    let seal = try FindingsSeal(key: device.sessionKey(.findings), reference: device.reference)
    let behind = try await bench.store.findings(of: device.reference, from: 100, limit: .max).map {
      try seal.finding($0.box, sequence: $0.sequence)
    }
    #expect(behind == Array(expected[100...]))
  }

  @Test("a chunk that was lost for ever and comes after all does not change what was said")
  func lateChunkAndRestart() async throws {
    let device = try TestDevice(32)
    let bench = try Bench([device])
    let sealed = try Self.pieces[..<60].enumerated().map { try device.seal($1, sequence: UInt64($0)) }
    var without = sealed
    without.remove(at: 10)
    try await bench.add(Array(without[..<30]))
    await bench.worker().turn()
    try await bench.add([sealed[10]])
    try await bench.add(Array(without[30...]))
    await bench.worker().turn()
    let other = try Bench([device])
    try await other.add(without)
    await other.worker().turn()
    #expect(try await bench.findings(of: device) == other.findings(of: device))
  }

  @Test("a quiet session leaves the memory with its keys, and comes back as it was")
  func rest() async throws {
    let device = try TestDevice(33)
    let expected = try await Self.undisturbed.value
    let bench = try Bench([device])
    let worker = bench.worker()
    try await bench.send(Array(Self.pieces[..<50]), from: device)
    await worker.turn()
    #expect(worker.liveSessionCount == 1)
    bench.time.advance(by: .seconds(301))
    await worker.turn()
    #expect(worker.liveSessionCount == 0)
    #expect(bench.store.withState { $0.analyses[device.reference]?.checkpoint?.sequence } == 49)
    try await bench.send(Array(Self.pieces[50...]), from: device, firstSequence: 50)
    await worker.turn()
    #expect(try await bench.findings(of: device) == expected)
  }

  @Test("more sessions than fit take turns")
  func bounded() async throws {
    let devices = try (40..<50).map { try TestDevice($0) }
    let bench = try Bench(devices)
    let worker = bench.worker(configuration: DecryptorConfiguration(maximumLiveSessions: 3))
    for range in [0..<10, 10..<25, 25..<40] {
      for device in devices {
        try await bench.send(Array(Self.pieces[range]), from: device, firstSequence: UInt64(range.lowerBound))
      }
      for _ in 0..<5 { await worker.turn() }
      #expect(worker.liveSessionCount <= 3)
    }
    let expected = Array(try await Self.undisturbed.value[..<40])
    for device in devices {
      #expect(try await bench.findings(of: device) == expected)
    }
  }

  @Test("keys are asked for again within the hour, and a withdrawn grant ends the analysis")
  func keyAge() async throws {
    let device = try TestDevice(51)
    let bench = try Bench([device])
    let worker = bench.worker()
    var sent: UInt64 = 0
    func send() async throws {
      try await bench.send([Self.pieces[Int(sent)]], from: device, firstSequence: sent)
      sent += 1
      await worker.turn()
    }
    try await send()
    let first = bench.keys.requestCount
    for _ in 0..<11 {
      bench.time.advance(by: .seconds(240))
      try await send()
    }
    #expect(bench.keys.requestCount == first)
    bench.time.advance(by: .seconds(240))
    try await send()
    #expect(bench.keys.requestCount == first + 1)
    bench.keys.refuse(device.reference.device, .noGrant)
    for _ in 0..<13 {
      bench.time.advance(by: .seconds(240))
      try await send()
    }
    let known = try await bench.findings(of: device).count
    #expect(known < Int(sent))
    #expect(worker.liveSessionCount == 0)
  }
}
