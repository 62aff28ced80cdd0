import Store
import Testing
import Wire

@Suite("Chunks at rest")
struct ChunkStoreTests {
  @Test func aBatchIsThereAfterReopening() async throws {
    try await withTemporaryDirectory { directory in
      let session = try SampleSession()
      let first = try await SQLiteStore.open(directory: directory, writing: [.chunks])
      let commit = try await first.commit(ChunkBatch(chunks: [session.chunk(0), session.chunk(1)]))
      #expect(commit.outcomes == [.committed, .committed])
      #expect(commit.contiguous == [session.reference: 1])
      first.close()

      let second = try await SQLiteStore.open(directory: directory, writing: [])
      defer { second.close() }
      let record = try #require(try await second.session(session.reference))
      #expect(record.contiguous == 1 && record.highest == 1 && record.chunkCount == 2 && record.earliestHeld == 1)
      #expect(record.iv == session.iv && record.keyVersion == session.keyVersion)
      #expect(record.firstReceivedAt == 1_000 && record.lastReceivedAt == 1_001)
      #expect(record.lastCaptureTime == session.chunk(1).header.captureTime)
      let stored = try await second.chunks(of: session.reference, from: 0, limit: 10)
      #expect(stored.map(\.sequence) == [0, 1])
      #expect(stored[1].message == session.chunk(1).message && stored[1].receivedAt == 1_001)
      #expect(try await second.chunks(of: session.reference, from: 1, limit: 10).map(\.sequence) == [1])
      #expect(try await second.chunks(of: session.reference, from: 0, limit: 1).map(\.sequence) == [0])
    }
  }

  @Test func aRepetitionChangesNothingAndIsToldThePosition() async throws {
    try await withStore { store, _ in
      let session = try SampleSession()
      _ = try await store.commit(ChunkBatch(chunks: [session.chunk(0)]))
      let before = try await store.session(session.reference)
      let again = try await store.commit(ChunkBatch(chunks: [session.chunk(0, receivedAt: 9_999)]))
      #expect(again.outcomes == [.duplicate])
      #expect(again.contiguous == [session.reference: 0])
      #expect(try await store.session(session.reference) == before)
    }
  }

  @Test func contradictionsAreRefusedAlone() async throws {
    try await withStore { store, _ in
      let session = try SampleSession()
      var rekeyed = session
      rekeyed.keyVersion = KeyVersion(rawValue: 2)
      let commit = try await store.commit(
        ChunkBatch(chunks: [session.chunk(0), session.chunk(0, filler: 8), rekeyed.chunk(1), session.chunk(1)]))
      #expect(commit.outcomes == [.committed, .conflicting, .conflicting, .committed])
      let stored = try await store.chunks(of: session.reference, from: 0, limit: 10)
      #expect(stored.map(\.message) == [session.chunk(0).message, session.chunk(1).message])
    }
  }

  @Test func theSameSessionIdUnderAnotherDeviceIsAnotherSession() async throws {
    try await withStore { store, _ in
      let one = try SampleSession(device: "dev-one")
      let two = try SampleSession(device: "dev-two")
      let commit = try await store.commit(ChunkBatch(chunks: [one.chunk(0), two.chunk(0), two.chunk(1)]))
      #expect(commit.outcomes == [.committed, .committed, .committed])
      #expect(commit.contiguous == [one.reference: 0, two.reference: 1])
      #expect(try await store.sessions(of: two.reference.device, limit: 5).map(\.reference) == [two.reference])
    }
  }

  @Test func changesCanBeReadInPiecesWithoutLosingOne() async throws {
    try await withStore { store, _ in
      let sessions = try (0..<7).map { try SampleSession(device: "dev-\($0)") }
      _ = try await store.commit(ChunkBatch(chunks: sessions.map { $0.chunk(0) }))
      var seen: Set<SessionReference> = []
      var since: Revision = 0
      while true {
        let page = try await store.sessions(changedSince: since, limit: 2)
        guard let last = page.last else { break }
        #expect(page.map(\.revision) == page.map(\.revision).sorted())
        seen.formUnion(page.map(\.reference))
        since = last.revision
      }
      #expect(seen == Set(sessions.map(\.reference)))
      _ = try await store.commit(ChunkBatch(chunks: [sessions[3].chunk(1)]))
      #expect(
        try await store.sessions(changedSince: since, limit: 9).map(\.reference) == [sessions[3].reference])
    }
  }

  @Test(arguments: 0..<8) func contiguityAgreesWithACountOfEverySequence(seed: UInt64) async throws {
    try await withStore { store, _ in
      var generator = SplitMix(state: seed)
      let session = try SampleSession()
      // A device that holds some chunks back, loses others for ever, and says so.
      let count: UInt64 = 120
      var sent: [ReceivedChunk] = []
      var earliestHeld: UInt64 = 0
      for sequence in 0..<count {
        if Int.random(in: 0..<6, using: &generator) == 0 {
          earliestHeld = UInt64.random(in: earliestHeld...sequence, using: &generator)
        }
        if Int.random(in: 0..<5, using: &generator) > 0 {
          sent.append(session.chunk(sequence, backlog: sequence - earliestHeld))
        }
      }
      sent.shuffle(using: &generator)
      var present: Set<UInt64> = []
      var declared: UInt64 = 0
      while !sent.isEmpty {
        let batch = Array(sent.prefix(Int.random(in: 1...9, using: &generator)))
        sent.removeFirst(batch.count)
        let commit = try await store.commit(ChunkBatch(chunks: batch))
        for chunk in batch {
          present.insert(chunk.header.sequence)
          declared = max(declared, chunk.header.earliestHeldSequence)
        }
        var next: UInt64 = 0
        while next < declared || present.contains(next) { next += 1 }
        #expect(commit.contiguous[session.reference] == (next > 0 ? next - 1 : nil))
        let record = try #require(try await store.session(session.reference))
        #expect(record.contiguous == (next > 0 ? next - 1 : nil))
        #expect(record.chunkCount == present.count && record.highest == present.max())
        #expect(record.earliestHeld == declared)
      }
    }
  }

  @Test func anotherWriterIsNoticed() async throws {
    try await withTemporaryDirectory { directory in
      let session = try SampleSession()
      let one = try await SQLiteStore.open(directory: directory, writing: [.chunks])
      let two = try await SQLiteStore.open(directory: directory, writing: [.chunks])
      defer {
        one.close()
        two.close()
      }
      for sequence in 0..<20 as Range<UInt64> {
        let writer = sequence.isMultiple(of: 2) ? one : two
        let commit = try await writer.commit(ChunkBatch(chunks: [session.chunk(sequence)]))
        #expect(commit.contiguous == [session.reference: sequence])
      }
      #expect(try await one.session(session.reference)?.chunkCount == 20)
    }
  }

  @Test func linksTelemetryAndQuarantineAreKept() async throws {
    try await withStore { store, _ in
      let device = try SampleSession().reference.device
      var telemetry = DeviceTelemetry(device: device)
      telemetry.committed = 5
      telemetry.completeness = 0.5
      telemetry.latencyMilliseconds = LatencyPercentiles(p50: 1, p95: 2, p99: 3)
      telemetry.jitterMilliseconds = 4
      telemetry.lastReceivedAt = 77
      telemetry.firmware = 0x10203
      _ = try await store.commit(
        ChunkBatch(
          links: [LinkChange(device: device, status: .online, at: 3)],
          quarantine: (0..<1_200).map { index in
            QuarantinedMessage(
              device: device, topic: "t", code: .truncated, message: [UInt8](repeating: 1, count: 5_000),
              receivedAt: index)
          }, telemetry: [telemetry]))
      _ = try await store.commit(ChunkBatch(links: [LinkChange(device: device, status: .offline, at: 4)]))
      telemetry.status = .offline
      telemetry.statusSince = 4
      #expect(try await store.devices() == [telemetry])
    }
  }

  @Test func aReaderCannotWrite() async throws {
    try await withTemporaryDirectory { directory in
      let store = try await SQLiteStore.open(directory: directory, writing: [.findings])
      defer { store.close() }
      let session = try SampleSession()
      await #expect(throws: StoreError(.cannotOpen, "")) {
        try await store.commit(ChunkBatch(chunks: [session.chunk(0)]))
      }
    }
  }
}

/// A small generator with a seed, so that a failure can be repeated (Steele, Lea, Flood: SplitMix64, 2014).
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }
}
