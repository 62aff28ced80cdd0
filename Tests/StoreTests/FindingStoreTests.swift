import Store
import Testing
import Wire

@Suite("Findings at rest")
struct FindingStoreTests {
  private func findings(_ range: ClosedRange<UInt64>) -> [SealedFinding] {
    range.map { SealedFinding(sequence: $0, box: [UInt8(truncatingIfNeeded: $0), 9]) }
  }

  private func commit(
    _ session: SampleSession, _ claim: AnalysisClaim, _ range: ClosedRange<UInt64>, checkpoint: SealedCheckpoint? = nil
  ) -> AnalysisCommit {
    AnalysisCommit(
      reference: session.reference, epoch: claim.epoch, analysedThrough: range.upperBound, findings: findings(range),
      checkpoint: checkpoint, refusedChunks: 1)
  }

  @Test func whatWasCommittedIsReadAndResumed() async throws {
    try await withStore { store, _ in
      let session = try SampleSession()
      let claim = try #require(
        try await store.claim(session.reference, owner: "one", leaseUntil: 100, now: 1))
      #expect(claim.analysedThrough == nil && claim.checkpoint == nil)
      #expect(try await store.analyses(changedSince: 0, limit: 9).isEmpty)
      let checkpoint = SealedCheckpoint(sequence: 3, box: [1, 2, 3])
      #expect(try await store.commit([commit(session, claim, 0...3, checkpoint: checkpoint)], now: 5).isEmpty)
      #expect(try await store.commit([commit(session, claim, 4...9)], now: 6).isEmpty)

      #expect(try await store.findings(of: session.reference, from: 2, limit: 3) == findings(2...4))
      #expect(try await store.latestFindings(of: session.reference, count: 4) == findings(6...9))
      let record = try #require(try await store.analysis(session.reference))
      #expect(record.analysedThrough == 9 && record.findingCount == 10 && record.advancedAt == 6)
      #expect(record.refusedChunks == 1)
      #expect(try await store.analyses(changedSince: 0, limit: 9) == [record])
      #expect(try await store.analyses(changedSince: record.revision, limit: 9).isEmpty)

      let again = try #require(try await store.claim(session.reference, owner: "one", leaseUntil: 200, now: 7))
      #expect(again.analysedThrough == 9 && again.checkpoint == checkpoint && again.epoch > claim.epoch)
    }
  }

  @Test func twoWorkersNeverShareASession() async throws {
    try await withTemporaryDirectory { directory in
      let one = try await SQLiteStore.open(directory: directory, writing: [.findings])
      let two = try await SQLiteStore.open(directory: directory, writing: [.findings])
      defer {
        one.close()
        two.close()
      }
      let session = try SampleSession()
      let first = try #require(try await one.claim(session.reference, owner: "one", leaseUntil: 100, now: 1))
      #expect(try await two.claim(session.reference, owner: "two", leaseUntil: 150, now: 99) == nil)
      #expect(try await one.commit([commit(session, first, 0...1)], now: 99).isEmpty)
      let second = try #require(try await two.claim(session.reference, owner: "two", leaseUntil: 300, now: 100))
      #expect(second.analysedThrough == 1 && second.epoch > first.epoch)
      // The first one wakes up and knows nothing of it.
      let other = try SampleSession(device: "dev-two")
      let fresh = try #require(try await one.claim(other.reference, owner: "one", leaseUntil: 300, now: 100))
      let lost = try await one.commit([commit(session, first, 2...3), commit(other, fresh, 0...0)], now: 101)
      #expect(lost == [session.reference])
      #expect(try await two.findings(of: session.reference, from: 0, limit: 9) == findings(0...1))
      #expect(try await two.findings(of: other.reference, from: 0, limit: 9) == findings(0...0))
      #expect(try await two.commit([commit(session, second, 2...2)], now: 102).isEmpty)
    }
  }

  @Test func aRestartedWorkerFencesItsForgottenTwin() async throws {
    try await withStore { store, _ in
      let session = try SampleSession()
      let twin = try #require(try await store.claim(session.reference, owner: "one", leaseUntil: 100, now: 1))
      let restarted = try #require(try await store.claim(session.reference, owner: "one", leaseUntil: 100, now: 2))
      #expect(try await store.commit([commit(session, twin, 0...0)], now: 3) == [session.reference])
      #expect(try await store.commit([commit(session, restarted, 0...0)], now: 3).isEmpty)
    }
  }

  @Test func nothingIsAnalysedTwice() async throws {
    try await withStore { store, _ in
      let session = try SampleSession()
      let claim = try #require(try await store.claim(session.reference, owner: "one", leaseUntil: 100, now: 1))
      #expect(try await store.commit([commit(session, claim, 0...4)], now: 2).isEmpty)
      #expect(try await store.commit([commit(session, claim, 4...6)], now: 3) == [session.reference])
      #expect(try await store.commit([commit(session, claim, 0...2)], now: 3) == [session.reference])
      #expect(try await store.analysis(session.reference)?.findingCount == 5)
      let rest = AnalysisCommit(
        reference: session.reference, epoch: claim.epoch, analysedThrough: 4, findings: [],
        checkpoint: SealedCheckpoint(sequence: 4, box: [7]), refusedChunks: 1)
      #expect(try await store.commit([rest], now: 4).isEmpty)
    }
  }
}
