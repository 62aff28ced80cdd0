import Cardio
import Decryptor
import Findings
import KeyVaultClient
import Sealing
import Store
import Testing
import Wire

@Suite("From ciphertext to findings")
struct WorkerTests {
  @Test("each chunk has one finding, and the beats of the patient are found")
  func oneFindingEach() async throws {
    let device = try TestDevice(1)
    let pieces = SignalPiece.cut(.normal, seconds: 60)
    let findings = try await Bench.undisturbed(pieces, from: device)
    #expect(findings.map(\.sequence) == Array(0..<UInt64(pieces.count)))
    let beats = findings.flatMap(\.beats)
    #expect((60...80).contains(beats.count))
    #expect(findings.last?.beatCount == UInt64(beats.count))
    #expect(findings.last?.abnormalBeatCount == UInt64(beats.count { $0.isAbnormal }))
    let rate = try #require(findings.last?.heartRate)
    #expect(abs(rate - 72) < 5)
    for beat in beats {
      #expect(abs(Double(beat.time) - Double(TestDevice.begin) - beat.position * 8000) < 10)
    }
  }

  @Test("sessions are analysed together, in one transaction")
  func manySessions() async throws {
    let devices = try (1...20).map { try TestDevice($0) }
    let bench = try Bench(devices)
    for device in devices {
      try await bench.send(
        SignalPiece.cut(.pvc, seconds: 15, seed: UInt64(device.iv.bytes[0])), from: device)
    }
    await bench.worker().turn()
    #expect(bench.store.withState { $0.commitCount } == 1)
    for device in devices { #expect(try await bench.findings(of: device).count == 11) }
  }

  @Test("what is on its way is waited for; what is lost for ever is a gap")
  func orderAndGaps() async throws {
    let device = try TestDevice(2)
    let bench = try Bench([device])
    let worker = bench.worker()
    let pieces = SignalPiece.cut(.normal, seconds: 45)
    // The device still holds everything.
    let sealed = try pieces.enumerated().map { try device.seal($1, sequence: UInt64($0), backlog: UInt64($0)) }
    // 3 comes late, 7 never.
    try await bench.add([1, 2, 0, 5, 4].map { sealed[$0] })
    await worker.turn()
    #expect(try await bench.findings(of: device).map(\.sequence) == [0, 1, 2])
    try await bench.add([sealed[3], sealed[6], sealed[8], sealed[9]])
    await worker.turn()
    #expect(try await bench.findings(of: device).map(\.sequence) == [0, 1, 2, 3, 4, 5, 6])
    // The device says that it holds nothing older any more.
    try await bench.add(try (10..<pieces.count).map { try device.seal(pieces[$0], sequence: UInt64($0)) })
    await worker.turn()
    let findings = try await bench.findings(of: device)
    #expect(findings.map(\.sequence) == [0, 1, 2, 3, 4, 5, 6] + Array(8..<UInt64(pieces.count)))
    #expect(findings.map(\.missingSamples).filter { $0 > 0 } == [187])
    #expect(findings.first { $0.sequence == 8 }?.missingSamples == 187)
    let firstBehind = try #require(findings.flatMap(\.beats).first { $0.position > 8 * 187 })
    #expect(firstBehind.rrMilliseconds == nil)
    // It turns up after all: its time has passed.
    try await bench.add([sealed[7]])
    await worker.turn()
    #expect(try await bench.findings(of: device) == findings)
  }

  @Test("a forged, moved or repeated chunk is refused and counted, and stops nothing")
  func attacks() async throws {
    let device = try TestDevice(3)
    let other = try TestDevice(4)
    let bench = try Bench([device, other])
    let pieces = SignalPiece.cut(.normal, seconds: 45)
    var sealed = try pieces.enumerated().map { try device.seal($1, sequence: UInt64($0)) }
    func replace(_ index: Int, with message: [UInt8]) {
      sealed[index] = ReceivedChunk(
        device: device.reference.device, header: sealed[index].header, message: message,
        receivedAt: sealed[index].receivedAt)
    }
    var flipped = sealed[3].message
    flipped[flipped.count - 20] ^= 1
    replace(3, with: flipped)
    // Another place's chunk, another device's chunk, the header of one with the ciphertext of another, noise.
    replace(5, with: sealed[2].message)
    replace(7, with: try other.seal(pieces[7], sequence: 7).message)
    let donor = try SealedChunk(decoding: sealed[8].message)
    replace(9, with: SealedChunk(header: sealed[9].header, ciphertext: donor.ciphertext).encoded())
    replace(11, with: [UInt8](repeating: 0x5A, count: 300))
    try await bench.add(sealed)
    await bench.worker().turn()
    let findings = try await bench.findings(of: device)
    #expect(findings.filter(\.isRefused).map(\.sequence) == [3, 5, 7, 9, 11])
    #expect(findings.count == pieces.count)
    #expect(try await bench.store.analysis(device.reference)?.refusedChunks == 5)
    for refused in findings where refused.isRefused {
      #expect(refused.beats.isEmpty && refused.quality == nil && refused.sampleCount == 0)
      #expect(findings[Int(refused.sequence) + 1].missingSamples == 187)
    }
    #expect(findings.flatMap(\.beats).count > 10)
  }

  @Test("samples that lie behind those already seen contradict the session")
  func contradiction() async throws {
    let device = try TestDevice(5)
    var pieces = SignalPiece.cut(.normal, seconds: 30)
    pieces[10].firstSample -= 187
    let findings = try await Bench.undisturbed(pieces, from: device)
    #expect(findings.filter(\.isRefused).map(\.sequence) == [10])
    #expect(findings[11].missingSamples == 187)
  }

  @Test("a refused key parks its session, others go on; once granted nothing is missing")
  func refusal() async throws {
    let devices = try [TestDevice(6), TestDevice(7)]
    let bench = try Bench(devices)
    let pieces = SignalPiece.cut(.normal, seconds: 15)
    for device in devices { try await bench.send(pieces, from: device) }
    bench.keys.refuse(devices[0].reference.device, .noGrant)
    let worker = bench.worker()
    await worker.turn()
    #expect(try await bench.findings(of: devices[0]).isEmpty)
    #expect(try await bench.findings(of: devices[1]).count == pieces.count)
    #expect(worker.isReady)
    #expect(worker.waitingSessionCount == 1)
    let asked = bench.keys.requestCount
    await worker.turn()
    #expect(bench.keys.requestCount == asked, "it is left alone for a while")
    bench.keys.refuse(devices[0].reference.device, nil)
    bench.time.advance(by: .seconds(11))
    await worker.turn()
    #expect(try await bench.findings(of: devices[0]).count == pieces.count)
    #expect(worker.waitingSessionCount == 0)
  }

  @Test("without a vault it waits, says that it is not ready, and loses nothing")
  func outage() async throws {
    let device = try TestDevice(8)
    let bench = try Bench([device])
    let worker = bench.worker()
    bench.keys.fail(.unavailable("no route"))
    let pieces = SignalPiece.cut(.normal, seconds: 15)
    try await bench.send(pieces, from: device)
    await worker.turn()
    #expect(!worker.isReady)
    let asked = bench.keys.requestCount
    await worker.turn()
    #expect(bench.keys.requestCount == asked)
    bench.keys.fail(nil)
    bench.time.advance(by: .seconds(1))
    await worker.turn()
    #expect(worker.isReady)
    #expect(try await bench.findings(of: device) == Bench.undisturbed(pieces, from: device))
  }

  @Test("a full disk costs time and no finding")
  func fullDisk() async throws {
    let device = try TestDevice(9)
    let bench = try Bench([device])
    let worker = bench.worker()
    let pieces = SignalPiece.cut(.pvc, seconds: 60)
    try await bench.send(Array(pieces[..<20]), from: device)
    await worker.turn()
    bench.store.withState { $0.commitFailure = StoreError(.diskFull, "no space") }
    try await bench.send(Array(pieces[20...]), from: device, firstSequence: 20)
    await worker.turn()
    #expect(!worker.isReady)
    #expect(try await bench.findings(of: device).count == 20)
    bench.store.withState { $0.commitFailure = nil }
    bench.time.advance(by: .seconds(1))
    await worker.turn()
    #expect(worker.isReady)
    #expect(try await bench.findings(of: device) == Bench.undisturbed(pieces, from: device))
  }

  @Test("a session whose page is corrupt stops itself alone")
  func corruption() async throws {
    let devices = try [TestDevice(10), TestDevice(11)]
    let bench = try Bench(devices)
    let pieces = SignalPiece.cut(.normal, seconds: 15)
    for device in devices { try await bench.send(pieces, from: device) }
    bench.store.withState { $0.readFailures[devices[0].reference] = StoreError(.corrupt, "page 17") }
    await bench.worker().turn()
    #expect(try await bench.findings(of: devices[0]).isEmpty)
    #expect(try await bench.findings(of: devices[1]).count == pieces.count)
  }

  @Test("two decryptors never analyse a session at the same time; one takes over when the other is gone")
  func claims() async throws {
    let device = try TestDevice(12)
    let bench = try Bench([device])
    let pieces = SignalPiece.cut(.pvc, seconds: 60)
    let first = bench.worker(owner: "one")
    let second = bench.worker(owner: "two")
    try await bench.send(Array(pieces[..<10]), from: device)
    await first.turn()
    try await bench.send(Array(pieces[10..<20]), from: device, firstSequence: 10)
    await second.turn()
    #expect(try await bench.findings(of: device).count == 10)
    bench.time.advance(by: .seconds(61))
    await second.turn()
    #expect(try await bench.findings(of: device).count == 20)
    // The first comes to life again: its claim is void, and it does no harm.
    try await bench.send(Array(pieces[20...]), from: device, firstSequence: 20)
    await first.turn()
    await second.turn()
    #expect(try await bench.findings(of: device) == Bench.undisturbed(pieces, from: device))
  }
}
