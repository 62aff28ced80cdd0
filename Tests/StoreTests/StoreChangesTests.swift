import Store
import Testing
import Wire

@Suite("Notices of change", .timeLimit(.minutes(1)))
struct StoreChangesTests {
  @Test func aCommitWakesTheWatcherOfAnotherConnection() async throws {
    try await withTemporaryDirectory { directory in
      let writer = try await SQLiteStore.open(directory: directory, writing: [.chunks])
      let reader = try await SQLiteStore.open(directory: directory, writing: [])
      defer {
        writer.close()
        reader.close()
      }
      let session = try SampleSession()
      // An hour: only the doorbell can be what wakes it.
      var notices = reader.changes(in: .chunks, atLeastEvery: .seconds(3_600)).makeAsyncIterator()
      _ = await notices.next()
      for sequence in 0..<5 as Range<UInt64> {
        _ = try await writer.commit(ChunkBatch(chunks: [session.chunk(sequence)]))
        while try await reader.session(session.reference)?.highest != sequence { _ = await notices.next() }
        // The notice of this commit may still be on its way: it is taken here or stands for the next one too.
      }
      #expect(try await reader.session(session.reference)?.contiguous == 4)
    }
  }

  @Test func aStreamTicksWithoutAnyCommit() async throws {
    try await withStore { store, _ in
      var count = 0
      for await _ in store.changes(in: .alerts, atLeastEvery: .milliseconds(5)) {
        count += 1
        if count == 3 { break }
      }
      #expect(count == 3)
    }
  }
}
