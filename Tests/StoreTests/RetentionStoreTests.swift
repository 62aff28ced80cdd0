import Foundation
import GRDB
import Store
import Testing
import Wire

@Suite("Deleting by age, in the files")
struct RetentionStoreTests {
  private func commit(_ session: SampleSession, _ claim: AnalysisClaim, _ range: ClosedRange<UInt64>) -> AnalysisCommit
  {
    AnalysisCommit(
      reference: session.reference, epoch: claim.epoch, analysedThrough: range.upperBound,
      findings: range.map { SealedFinding(sequence: $0, box: [UInt8](repeating: 9, count: 40)) }, checkpoint: nil,
      refusedChunks: 0)
  }

  private func alert(_ number: UInt8, _ session: SampleSession, state: AlertState = .resolved) throws -> AlertRecord {
    AlertRecord(
      id: try #require(AlertID([UInt8](repeating: number, count: 16))), reference: session.reference, state: state,
      openedAt: 10, updatedAt: 12, resolvedAt: state == .resolved ? 12 : nil, box: [number])
  }

  @Test func chunksGoInBatchesAndADeviceThatComesBackLosesNothing() async throws {
    try await withStore { store, _ in
      let session = try SampleSession()
      _ = try await store.commit(ChunkBatch(chunks: (0..<10).map { session.chunk(UInt64($0)) }))
      let first = try await store.deleteChunks(of: session.reference, receivedBefore: 5_000, limit: 4, run: 1)
      #expect(first.rows == 4 && first.bytes > 4 * 390 && !first.isOver)
      var record = try #require(try await store.session(session.reference))
      #expect(record.chunkCount == 6 && record.contiguous == nil)
      // The rest of it, in several steps; then the row alone is left, with the IV.
      while try await !store.deleteChunks(of: session.reference, receivedBefore: 5_000, limit: 4, run: 1).isOver {}
      record = try #require(try await store.session(session.reference))
      #expect(record.chunkCount == 0 && record.contiguous == nil && record.iv == session.iv)
      #expect(try await store.chunks(of: session.reference, from: 0, limit: 99).isEmpty)
      // The device never got the receipt for 8 and 9, and holds a 10 as well: 8 is what its memory begins with.
      let again = try await store.commit(
        ChunkBatch(chunks: [
          session.chunk(10, backlog: 2, receivedAt: 9_000), session.chunk(8, receivedAt: 9_000),
        ]))
      #expect(again.outcomes == [.committed, .committed])
      #expect(again.contiguous == [session.reference: 8], "9 is still on the device: no receipt may cover it")
      let last = try await store.commit(ChunkBatch(chunks: [session.chunk(9, receivedAt: 9_000)]))
      #expect(last.contiguous == [session.reference: 10])
      #expect(try await store.chunks(of: session.reference, from: 0, limit: 9).map(\.sequence) == [8, 9, 10])
    }
  }

  @Test func refusedMessagesGoByAgeButForHeldDevices() async throws {
    try await withStore { store, _ in
      let devices = try ["sb-001", "sb-002"].map { try #require(DeviceID($0)) }
      func refused(_ device: DeviceID?, at time: UnixMicroseconds) -> QuarantinedMessage {
        QuarantinedMessage(device: device, topic: "t", code: .truncated, message: [1, 2, 3], receivedAt: time)
      }
      _ = try await store.commit(
        ChunkBatch(
          chunks: [],
          quarantine: [
            refused(devices[0], at: 1), refused(devices[0], at: 2), refused(devices[1], at: 3), refused(nil, at: 4),
            refused(devices[0], at: 9),
          ]))
      func count(before time: UnixMicroseconds, keeping held: Set<DeviceID> = []) async throws -> Int {
        try await store.refusedMessages(receivedBefore: time, keeping: held)
      }
      #expect(try await count(before: 5) == 4)
      #expect(try await count(before: 5, keeping: [devices[0]]) == 2)
      #expect(try await count(before: 5, keeping: Set(devices)) == 1)
      let step = try await store.deleteRefusedMessages(receivedBefore: 5, keeping: [devices[0]], limit: 9, run: 1)
      #expect(step == DeletionStep(rows: 2, bytes: 6, isOver: true))
      #expect(try await count(before: 99) == 3)
      var steps = 1
      while try await !store.deleteRefusedMessages(receivedBefore: 5, keeping: [], limit: 1, run: 1).isOver {
        steps += 1
      }
      #expect(steps == 3)
      #expect(try await count(before: 99) == 1)
    }
  }

  @Test func aChunkThatCameMeanwhileStopsTheDeletion() async throws {
    try await withStore { store, _ in
      let session = try SampleSession()
      _ = try await store.commit(ChunkBatch(chunks: (0..<6).map { session.chunk(UInt64($0)) }))
      _ = try await store.deleteChunks(of: session.reference, receivedBefore: 5_000, limit: 2, run: 1)
      _ = try await store.commit(ChunkBatch(chunks: [session.chunk(6, receivedAt: 8_000)]))
      let step = try await store.deleteChunks(of: session.reference, receivedBefore: 5_000, limit: 2, run: 1)
      #expect(step.isOver && step.rows == 0)
      #expect(
        try await store.chunks(of: session.reference, from: 0, limit: 9).map(\.sequence) == [2, 3, 4, 5, 6])
      #expect(try await store.session(session.reference)?.contiguous == 6)
      try await store.forgetSession(session.reference)
      #expect(try await store.session(session.reference) != nil, "a row with chunks is not forgotten")
    }
  }

  @Test func findingsWaitForTheRecordingAndTakeMarksAlong() async throws {
    try await withStore { store, _ in
      let session = try SampleSession()
      _ = try await store.commit(ChunkBatch(chunks: [session.chunk(0)]))
      let claim = try #require(try await store.claim(session.reference, owner: "one", leaseUntil: 100, now: 1))
      _ = try await store.commit([commit(session, claim, 0...4)], now: 2)
      _ = try await store.append(
        MarkRecord(
          number: 0, id: [1], reference: session.reference, author: "anna", at: 50, box: [3]), limit: 9)
      let early = try await store.deleteFindings(of: session.reference, touchedBefore: 99, limit: 3, run: 7)
      #expect(early.isOver && early.rows == 0, "its chunks are there: it would be analysed again")
      _ = try await store.deleteChunks(of: session.reference, receivedBefore: 5_000, limit: 9, run: 7)
      let young = try await store.deleteFindings(of: session.reference, touchedBefore: 50, limit: 3, run: 7)
      #expect(young.isOver && young.rows == 0, "somebody annotated it at 50")
      let first = try await store.deleteFindings(of: session.reference, touchedBefore: 51, limit: 3, run: 7)
      #expect(first == DeletionStep(rows: 3, bytes: 120, isOver: false))
      #expect(try await store.analysis(session.reference)?.findingCount == 2)
      #expect(try await store.marks(of: session.reference, limit: 9).count == 1)
      let last = try await store.deleteFindings(of: session.reference, touchedBefore: 51, limit: 3, run: 7)
      #expect(last == DeletionStep(rows: 2, bytes: 80, isOver: true))
      #expect(try await store.analysis(session.reference) == nil)
      #expect(try await store.marks(of: session.reference, limit: 9).isEmpty)
    }
  }

  @Test func alertsGoWithWhatBelongsToThemAlone() async throws {
    try await withStore { store, _ in
      let session = try SampleSession()
      let (gone, stays, open) = (try alert(1, session), try alert(2, session), try alert(3, session, state: .open))
      let own = OutboxMessage(
        id: "m1", alert: gone.id, reference: session.reference, channel: .mail, nextAttemptAt: 1, createdAt: 1,
        box: [1])
      var shared = OutboxMessage(
        id: "m2", alert: gone.id, reference: session.reference, channel: .mail, nextAttemptAt: 1, createdAt: 1,
        box: [2])
      shared.others = [stays.id]
      try await store.commit(
        AlertBatch(
          opened: [gone, stays, open], messages: [own, shared],
          events: [AlertEvent(alert: gone.id, kind: .acknowledged, at: 15, actor: "anna")]))
      let all = [gone.id, stays.id, open.id]
      #expect(try await store.deleteAlerts(all, touchedBefore: 16, run: 1).rows == 0, "messages wait to be sent")
      for message in ["m1", "m2"] {
        try await store.record(
          DeliveryAttempt(message: message, state: .delivered, at: 14, nextAttemptAt: 14, error: nil))
      }
      #expect(try await store.deleteAlerts([gone.id], touchedBefore: 15, run: 1).rows == 0, "something happened at 15")
      #expect(try await store.deleteAlerts([gone.id, open.id], touchedBefore: 16, run: 1).rows == 1)
      #expect(try await store.alert(gone.id) == nil)
      #expect(try await store.alert(open.id) != nil)
      #expect(try await store.events(of: gone.id).isEmpty)
      #expect(try await store.messages(of: stays.id).map(\.id) == ["m2"], "it tells of another alert too")
      #expect(try await store.attempts(of: ["m1", "m2"]).map(\.message) == ["m2"])
      #expect(try await store.deleteAlerts([stays.id], touchedBefore: 16, run: 1).rows == 1)
      #expect(try await store.attempts(of: ["m2"]).isEmpty)
    }
  }

  @Test func deletedContentIsGoneFromTheFiles() async throws {
    try await withStore(options: SQLiteStoreOptions(overwritesDeleted: true)) { store, directory in
      let old = try SampleSession(device: "dev-old")
      let new = try SampleSession(device: "dev-new", session: 2)
      let secret = [UInt8]("what is gone is gone, also from the file".utf8)
      for sequence in 0..<400 {
        let chunk = old.chunk(UInt64(sequence))
        let marked = ReceivedChunk(
          device: chunk.device, header: chunk.header, message: chunk.message + secret, receivedAt: chunk.receivedAt)
        _ = try await store.commit(
          ChunkBatch(chunks: [marked, new.chunk(UInt64(sequence), receivedAt: 1_000_000)]))
      }
      func occurrences() -> Int {
        ["chunks.sqlite", "chunks.sqlite-wal"].reduce(0) { sum, file in
          let data = (try? Data(contentsOf: URL(filePath: "\(directory)/\(file)"))) ?? Data()
          var count = 0
          var from = data.startIndex
          while let found = data.range(of: Data(secret), in: from..<data.endIndex) {
            count += 1
            from = found.upperBound
          }
          return sum + count
        }
      }
      #expect(occurrences() >= 400)
      while try await !store.deleteChunks(of: old.reference, receivedBefore: 5_000, limit: 50, run: 3).isOver {}
      #expect(try await store.cutLogs())
      #expect(occurrences() == 0)
      #expect(try await store.chunks(of: new.reference, from: 0, limit: 999).count == 400)
      let run = try await store.begin(RetentionRun(startedAt: 1, actor: "operator"))
      #expect(run == 1)
    }
  }

  @Test func theRecordCannotBeChanged() async throws {
    try await withStore { store, directory in
      #expect(
        try await store.append(
          [RetentionChange(kind: .alerts, from: nil, to: 9, actor: "anna", at: 1, effectiveAt: 1)], after: 0))
      #expect(
        try await !store.append(
          [RetentionChange(kind: .alerts, from: 9, to: 8, actor: "bert", at: 2, effectiveAt: 9)], after: 0),
        "somebody was faster")
      let patient = try #require(Pseudonym("P-ABCD"))
      let hold = try await store.place(
        RetentionHold(subject: .patient(patient), reason: "case 7", actor: "anna", at: 3))
      #expect(try await store.releaseHold(hold.number, .init(actor: "bert", at: 4, reason: "over")))
      #expect(try await !store.releaseHold(hold.number, .init(actor: "carl", at: 5, reason: "again")))
      let run = try await store.begin(RetentionRun(startedAt: 5, actor: "svc.retention", stays: ["hold-1": 2]))
      let session = try SampleSession()
      _ = try await store.commit(ChunkBatch(chunks: [session.chunk(0), session.chunk(1)]))
      _ = try await store.deleteChunks(of: session.reference, receivedBefore: 9_999, limit: 9, run: run)
      // Killed: no end is recorded, and what it deleted is.
      let killed = try #require(try await store.retentionRuns(limit: 9).first)
      #expect(killed.outcome == nil && killed.stays == ["hold-1": 2])
      #expect(killed.tallies.map(\.rows) == [2] && killed.tallies[0].device == session.reference.device)
      try await store.endRun(run, at: 6, .done)
      try await store.endRun(run, at: 7, .failed)
      #expect(try await store.retentionRuns(limit: 9).first?.outcome == .done)

      let registry = try DatabaseQueue(path: "\(directory)/registry.sqlite")
      let chunks = try DatabaseQueue(path: "\(directory)/chunks.sqlite")
      for sql in [
        "DELETE FROM retention_change", "UPDATE retention_change SET to_days = 1", "DELETE FROM retention_hold",
        "UPDATE retention_hold SET released_at = NULL", "UPDATE retention_hold SET pseudonym = 'P-AAAA'",
        "DELETE FROM retention_run", "UPDATE retention_run SET stays = '{}'",
      ] {
        await #expect(throws: DatabaseError.self, "\(sql)") { try await registry.write { try $0.execute(sql: sql) } }
      }
      for sql in ["DELETE FROM retention_tally", "UPDATE retention_tally SET rows = 1"] {
        await #expect(throws: DatabaseError.self, "\(sql)") { try await chunks.write { try $0.execute(sql: sql) } }
      }
    }
  }

  @Test func whoWoreWhatIsRemembered() async throws {
    try await withStore { store, _ in
      let device = try #require(DeviceID("dev-one"))
      let (first, second) = (try #require(Pseudonym("P-AAAA")), try #require(Pseudonym("P-BBBB")))
      try await store.assign(device, to: first, at: 10)
      try await store.assign(device, to: first, at: 20)
      try await store.assign(device, to: second, at: 30)
      try await store.assign(device, to: nil, at: 40)
      #expect(
        try await store.wearings() == [
          DeviceWearing(device: device, patient: first, since: 10),
          DeviceWearing(device: device, patient: second, since: 30),
          DeviceWearing(device: device, patient: nil, since: 40),
        ])
    }
  }

  @Test func whatIsKeptIsToldOfEverySession() async throws {
    try await withStore { store, _ in
      let session = try SampleSession()
      _ = try await store.commit(ChunkBatch(chunks: [session.chunk(0), session.chunk(1)]))
      let claim = try #require(try await store.claim(session.reference, owner: "one", leaseUntil: 100, now: 1))
      _ = try await store.commit([commit(session, claim, 0...1)], now: 77)
      let one = try alert(1, session)
      try await store.commit(
        AlertBatch(
          opened: [one], states: [PolicyState(reference: session.reference, evaluatedThrough: 1, box: [1])]))
      let kept = try #require(try await store.keptSessions(sizingBefore: 9_999).first)
      #expect(kept.recording?.chunks == 2 && kept.recording?.lastReceivedAt == 1_001)
      #expect(kept.recording?.bytes == 2 * session.chunk(0).message.count)
      #expect(kept.derived == KeptSession.Derived(touchedAt: 77, findings: 2, marks: 0))
      #expect(kept.alerts.map(\.id) == [one.id] && kept.alerts[0].isResolved && kept.hasPolicyState)
      #expect(try await store.keptSessions(sizingBefore: 0).first?.recording?.bytes == 0)
      #expect(try await store.hasRemains(of: session.reference))
    }
  }
}
