import Foundation
import KeyVaultClient
import Logging
import Retention
import Store
import Synchronization
import Testing
import Wire

@Suite("Rounds of deletion")
struct WorkerTests {
  /// A store in a directory of its own, a vault, a clock, and the worker between them.
  private final class Bench: Sendable {
    let store: SQLiteStore
    let vault = VaultOfHolds()
    let clock = Mutex<UnixMicroseconds>(Sample.now)
    let setting: Int

    init(_ store: SQLiteStore, setting: Int) {
      self.store = store
      self.setting = setting
    }

    var worker: RetentionWorker {
      RetentionWorker(
        store: store, vault: vault, setting: setting, now: { [self] in clock.withLock { $0 } },
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    var desk: RetentionDesk { RetentionDesk(store: store, setting: setting) }

    func advance(days: Int) { clock.withLock { $0 += UnixMicroseconds(days) * Sample.day } }

    /// A session whose chunks arrived so many days ago, with findings, a resolved alert and a policy's state.
    func add(_ device: DeviceID, _ number: UInt8, daysAgo: Int, chunks count: Int = 5) async throws -> SessionReference
    {
      let at = Sample.now - UnixMicroseconds(daysAgo) * Sample.day
      let reference = Sample.reference(device, number)
      let iv = try #require(SessionIV([UInt8](repeating: number, count: 12)))
      let chunks = (0..<UInt64(count)).map { sequence in
        let header = ChunkHeader(
          keyVersion: KeyVersion(rawValue: 1), nonce: iv.nonce(sequence: sequence), session: reference.session,
          sequence: sequence, kind: .ecgLeadII, firstSample: sequence * 187, count: 187, nanovoltsPerLSB: 1_000,
          captureTime: at, isClockSynchronised: true, firmware: FirmwareVersion(rawValue: 1), backlog: 0)
        return ReceivedChunk(
          device: device, header: header,
          message: SealedChunk(header: header, ciphertext: [UInt8](repeating: 7, count: 390)).encoded(), receivedAt: at)
      }
      _ = try await store.commit(ChunkBatch(chunks: chunks))
      let claim = try #require(try await store.claim(reference, owner: "d", leaseUntil: 0, now: at))
      _ = try await store.commit(
        [
          AnalysisCommit(
            reference: reference, epoch: claim.epoch, analysedThrough: UInt64(count - 1),
            findings: (0..<UInt64(count)).map { SealedFinding(sequence: $0, box: [1, 2, 3]) }, checkpoint: nil,
            refusedChunks: 0)
        ], now: at)
      try await store.commit(
        AlertBatch(
          opened: [
            AlertRecord(
              id: Sample.alertID(UInt64(number)), reference: reference, state: .resolved, openedAt: at, updatedAt: at,
              resolvedAt: at, box: [1])
          ], states: [PolicyState(reference: reference, evaluatedThrough: 4, box: [1])]))
      return reference
    }

    func isGone(_ reference: SessionReference) async throws -> Bool {
      let hasState = try await store.policyStates().contains { $0.reference == reference }
      let remains = try await store.hasRemains(of: reference)
      let row = try await store.session(reference)
      return !remains && row == nil && !hasState
    }
  }

  private func withBench(setting: Int = 365, _ body: (Bench) async throws -> Void) async throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "sealedbeat-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let store = try await SQLiteStore.open(
      directory: directory, writing: Set(StoreArea.allCases), options: SQLiteStoreOptions(overwritesDeleted: true))
    defer { store.close() }
    let bench = Bench(store, setting: setting)
    #expect(try await bench.worker.begin() == false)
    try await body(bench)
  }

  @Test func oldSessionsGoWholeAndYoungOnesStay() async throws {
    try await withBench { bench in
      let old = try await bench.add(Sample.devices[0], 1, daysAgo: 400, chunks: 2_300)
      let young = try await bench.add(Sample.devices[1], 2, daysAgo: 300)
      #expect(try await bench.worker.round(by: "svc.retention") == .done)
      #expect(try await bench.isGone(old))
      #expect(try await bench.store.session(young)?.chunkCount == 5)
      let run = try #require(try await bench.store.retentionRuns(limit: 1).first)
      #expect(run.outcome == .done && run.actor == "svc.retention")
      #expect(run.tallies.first { $0.kind == .recordings }?.rows == 2_300)
      #expect(run.tallies.first { $0.kind == .recordings }?.sessions == 1)
      #expect(run.tallies.first { $0.kind == .findings }?.rows == 2_300)
      #expect(run.tallies.first { $0.kind == .alerts }?.rows == 1)
      #expect(try await bench.worker.round(by: "svc.retention") == .done)
      #expect(try await bench.store.retentionRuns(limit: 1).first?.tallies == [])
    }
  }

  @Test func aHoldHoldsUntilItIsReleasedByAnother() async throws {
    try await withBench { bench in
      let held = try await bench.add(Sample.devices[0], 1, daysAgo: 400)
      let hold = try await bench.desk.place(
        .device(Sample.devices[0], from: nil, until: nil), reason: "case 7", by: "anna", at: Sample.now)
      #expect(try await bench.worker.round(by: "svc.retention") == .done)
      #expect(try await bench.store.session(held)?.chunkCount == 5)
      #expect(try await bench.store.retentionRuns(limit: 1).first?.stays == ["hold-1": 1])
      await #expect(throws: RetentionRefusal.needsSecondPerson) {
        try await bench.desk.release(hold.number, reason: "over", by: "anna", at: Sample.now)
      }
      try await bench.desk.release(hold.number, reason: "over", by: "bert", at: Sample.now)
      await #expect(throws: RetentionRefusal.unknownHold) {
        try await bench.desk.release(hold.number, reason: "over", by: "bert", at: Sample.now)
      }
      #expect(try await bench.worker.round(by: "svc.retention") == .done)
      #expect(try await bench.isGone(held))
    }
  }

  @Test func aVaultThatDoesNotAnswerHoldsEverything() async throws {
    try await withBench { bench in
      let old = try await bench.add(Sample.devices[0], 1, daysAgo: 400)
      bench.vault.set(nil)
      #expect(try await bench.worker.round(by: "svc.retention") == .holdsUnreadable)
      #expect(try await bench.store.session(old)?.chunkCount == 5)
      bench.vault.set([Sample.devices[0]])
      #expect(try await bench.worker.round(by: "svc.retention") == .done)
      #expect(try await bench.store.session(old)?.chunkCount == 5)
      #expect(try await bench.store.retentionRuns(limit: 1).first?.stays == ["vault-hold": 1])
      bench.vault.set([])
      #expect(try await bench.worker.round(by: "svc.retention") == .done)
      #expect(try await bench.isGone(old))
    }
  }

  @Test func aClockThatJumpedDeletesNothingBeforeAPersonSaysSo() async throws {
    try await withBench { bench in
      let young = try await bench.add(Sample.devices[0], 1, daysAgo: 10)
      #expect(try await bench.worker.round(by: "svc.retention") == .done)
      bench.advance(days: 400)
      #expect(try await bench.worker.round(by: "svc.retention") == .clockDoubtful)
      #expect(try await bench.worker.round(by: "svc.retention") == .clockDoubtful)
      #expect(try await bench.store.retentionRuns(limit: 9).count == 2, "said once")
      #expect(try await bench.store.session(young)?.chunkCount == 5)
      #expect(try await bench.worker.round(by: "operator", believesClock: true) == .done)
      #expect(try await bench.isGone(young))
      #expect(try await bench.worker.round(by: "svc.retention") == .done)
    }
  }

  @Test func aShorterPolicyWaitsForItsGraceAndTheForecastKnows() async throws {
    try await withBench { bench in
      let session = try await bench.add(Sample.devices[0], 1, daysAgo: 100)
      let wishes = RetentionKind.allCases.map { RetentionTimeline.Wish(kind: $0, from: 365, to: 90) }
      let before = try #require(
        try await bench.desk.forecast(days: 7, with: wishes, vault: .known([]), at: Sample.now))
      #expect(before.now.isEmpty && before.later.map(\.kind) == [.recordings, .findings, .alerts])
      #expect(before.later[0].rows == 5 && before.later[0].bytes > 5 * 390)
      #expect(try await bench.desk.forecast(days: 7, with: wishes, vault: .unreadable, at: Sample.now) == nil)
      #expect(try await bench.desk.change(wishes, by: "anna", at: Sample.now).count == 3)
      #expect(try await bench.worker.round(by: "svc.retention") == .done)
      #expect(try await bench.store.session(session)?.chunkCount == 5)
      bench.advance(days: 6)
      #expect(try await bench.worker.round(by: "svc.retention") == .done)
      #expect(try await bench.store.session(session)?.chunkCount == 5)
      bench.advance(days: 1)
      #expect(try await bench.worker.round(by: "svc.retention") == .done)
      #expect(try await bench.isGone(session))
      await #expect(throws: RetentionRefusal.changedMeanwhile) {
        try await bench.desk.change(wishes, by: "bert", at: Sample.now)
      }
    }
  }

  @Test func aRoundThatIsStoppedIsGoneOnWith() async throws {
    try await withBench { bench in
      let old = try await bench.add(Sample.devices[0], 1, daysAgo: 400, chunks: 3_500)
      let round = Task { try await bench.worker.round(by: "svc.retention") }
      // As soon as something is gone.
      while try await bench.store.session(old)?.chunkCount == 3_500 { await Task.yield() }
      round.cancel()
      let outcome = try await round.value
      let left = try await bench.store.session(old)?.chunkCount ?? 0
      #expect(outcome == .stopped && left > 0)
      #expect(try await bench.worker.round(by: "svc.retention") == .done)
      #expect(try await bench.isGone(old))
      let runs = try await bench.store.retentionRuns(limit: 2)
      let rows = runs.flatMap(\.tallies).filter { $0.kind == .recordings }.reduce(0) { $0 + $1.rows }
      #expect(rows == 3_500, "each chunk is counted once")
    }
  }

  @Test func aSettingThatWasChangedLaterDeletesNothing() async throws {
    try await withBench { bench in
      let session = try await bench.add(Sample.devices[0], 1, daysAgo: 100)
      let other = Bench(bench.store, setting: 10)
      #expect(try await other.worker.begin(), "the setting counts no more, and is told of")
      #expect(try await other.worker.round(by: "svc.retention") == .done)
      #expect(try await bench.store.session(session)?.chunkCount == 5)
    }
  }

  @Test func reasonsAndSubjectsAreChecked() async throws {
    try await withBench { bench in
      let device = RetentionHold.Subject.device(Sample.devices[0], from: nil, until: nil)
      for reason in ["", "   ", "two\nlines", String(repeating: "x", count: 201)] {
        await #expect(throws: RetentionRefusal.reasonMissing) {
          try await bench.desk.place(device, reason: reason, by: "anna", at: 1)
        }
      }
      await #expect(throws: RetentionRefusal.unknownPatient) {
        try await bench.desk.place(.patient(Sample.patients[0]), reason: "x", by: "anna", at: 1)
      }
      await #expect(throws: RetentionRefusal.badRange) {
        try await bench.desk.place(.device(Sample.devices[0], from: 5, until: 4), reason: "x", by: "anna", at: 1)
      }
    }
  }
}
