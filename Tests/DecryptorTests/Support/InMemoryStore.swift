import Store
import Synchronization
import Wire

/// Chunks and findings in memory, with the rules of the real store and switches to make it fail.
final class InMemoryStore: ChunkStore, FindingStore, StoreChanges {
  struct Analysis {
    var owner = ""
    var leaseUntil: UnixMicroseconds = 0
    var epoch: Int64 = 0
    var analysedThrough: UInt64?
    var checkpoint: SealedCheckpoint?
    var findings: [UInt64: SealedFinding] = [:]
    var refusedChunks = 0
    var revision: Revision = 0
  }

  struct State {
    var records: [SessionReference: SessionRecord] = [:]
    var chunks: [SessionReference: [UInt64: StoredChunk]] = [:]
    var analyses: [SessionReference: Analysis] = [:]
    var revision: Revision = 0
    var commitFailure: StoreError?
    var readFailures: [SessionReference: StoreError] = [:]
    var commitCount = 0
    var rejectedCommits = 0
    var listeners: [AsyncStream<Void>.Continuation] = []
  }

  private let state = Mutex(State())

  func withState<Result>(_ body: (inout State) -> Result) -> Result { state.withLock { body(&$0) } }

  func commit(_ batch: ChunkBatch) async throws(StoreError) -> ChunkCommit {
    withState { state in
      for chunk in batch.chunks { state.add(chunk) }
      for listener in state.listeners { listener.yield() }
    }
    return ChunkCommit(outcomes: batch.chunks.map { _ in .committed }, contiguous: [:])
  }

  func sessions(changedSince revision: Revision, limit: Int) async throws(StoreError) -> [SessionRecord] {
    withState { state in
      Array(
        state.records.values.filter { $0.revision > revision }.sorted { $0.revision < $1.revision }.prefix(limit))
    }
  }

  func session(_ reference: SessionReference) async throws(StoreError) -> SessionRecord? {
    withState { $0.records[reference] }
  }

  func sessions(of device: DeviceID, limit: Int) async throws(StoreError) -> [SessionRecord] {
    withState { Array($0.records.values.filter { $0.reference.device == device }.prefix(limit)) }
  }

  func chunks(
    of reference: SessionReference, from sequence: UInt64, limit: Int
  ) async throws(StoreError) -> [StoredChunk] {
    if let failure = withState({ $0.readFailures[reference] }) { throw failure }
    return withState { state in
      let chunks = state.chunks[reference, default: [:]].values.filter { $0.sequence >= sequence }
      return Array(chunks.sorted { $0.sequence < $1.sequence }.prefix(limit))
    }
  }

  func devices() async throws(StoreError) -> [DeviceTelemetry] { [] }

  func claim(
    _ reference: SessionReference, owner: String, leaseUntil: UnixMicroseconds, now: UnixMicroseconds
  ) async throws(StoreError) -> AnalysisClaim? {
    withState { state in
      var analysis = state.analyses[reference] ?? Analysis()
      guard analysis.owner.isEmpty || analysis.owner == owner || analysis.leaseUntil <= now else { return nil }
      analysis.owner = owner
      analysis.leaseUntil = leaseUntil
      analysis.epoch += 1
      state.analyses[reference] = analysis
      return AnalysisClaim(
        epoch: analysis.epoch, analysedThrough: analysis.analysedThrough, checkpoint: analysis.checkpoint)
    }
  }

  func commit(_ batch: [AnalysisCommit], now: UnixMicroseconds) async throws(StoreError) -> [SessionReference] {
    if let failure = withState({ $0.commitFailure }) { throw failure }
    return withState { state in
      state.commitCount += 1
      return batch.compactMap { state.apply($0) ? nil : $0.reference }
    }
  }

  func analyses(changedSince revision: Revision, limit: Int) async throws(StoreError) -> [AnalysisRecord] {
    withState { state in
      let changed = state.analyses.filter { $0.value.revision > revision }
      return changed.sorted { $0.value.revision < $1.value.revision }.prefix(limit).map { $1.record($0) }
    }
  }

  func analysis(_ reference: SessionReference) async throws(StoreError) -> AnalysisRecord? {
    withState { $0.analyses[reference]?.record(reference) }
  }

  func findings(
    of reference: SessionReference, from sequence: UInt64, limit: Int
  ) async throws(StoreError) -> [SealedFinding] {
    withState { state in
      let findings = state.analyses[reference]?.findings.values.filter { $0.sequence >= sequence } ?? []
      return Array(findings.sorted { $0.sequence < $1.sequence }.prefix(limit))
    }
  }

  func latestFindings(of reference: SessionReference, count: Int) async throws(StoreError) -> [SealedFinding] {
    withState { state in
      let findings = state.analyses[reference].map { Array($0.findings.values) } ?? []
      return findings.sorted { $0.sequence < $1.sequence }.suffix(count)
    }
  }

  func changes(in area: StoreArea, atLeastEvery interval: Duration) -> AsyncStream<Void> {
    let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    continuation.yield()
    withState { $0.listeners.append(continuation) }
    return stream
  }

  /// Ends every stream of changes, as the end of the process does.
  func finishChanges() { withState { for listener in $0.listeners { listener.finish() } } }
}

extension InMemoryStore.State {
  mutating func add(_ chunk: ReceivedChunk) {
    let header = chunk.header
    let reference = SessionReference(device: chunk.device, session: header.session)
    let stored = StoredChunk(sequence: header.sequence, message: chunk.message, receivedAt: chunk.receivedAt)
    guard chunks[reference, default: [:]][header.sequence] == nil else { return }
    chunks[reference, default: [:]][header.sequence] = stored
    revision += 1
    var record =
      records[reference]
      ?? SessionRecord(
        reference: reference, iv: header.sessionIV ?? SessionIV([UInt8](repeating: 0, count: 12))!,  // 12 bytes.
        keyVersion: header.keyVersion, firstReceivedAt: chunk.receivedAt, lastReceivedAt: chunk.receivedAt,
        lastCaptureTime: header.captureTime, contiguous: nil, highest: 0, earliestHeld: 0, chunkCount: 0, revision: 0)
    record.highest = max(record.highest, header.sequence)
    record.earliestHeld = max(record.earliestHeld, header.earliestHeldSequence)
    record.chunkCount += 1
    record.lastReceivedAt = chunk.receivedAt
    var next = record.contiguous.map { $0 + 1 } ?? 0
    while next < record.earliestHeld || chunks[reference, default: [:]][next] != nil { next += 1 }
    record.contiguous = next == 0 ? nil : next - 1
    record.revision = revision
    records[reference] = record
  }

  /// - Returns: Whether the claim holds and the findings continue where the position stands.
  mutating func apply(_ commit: AnalysisCommit) -> Bool {
    guard var analysis = analyses[commit.reference], analysis.epoch == commit.epoch else {
      rejectedCommits += 1
      return false
    }
    let next = analysis.analysedThrough.map { $0 + 1 } ?? 0
    let continues =
      commit.findings.allSatisfy { $0.sequence >= next && $0.sequence <= commit.analysedThrough }
      && commit.analysedThrough + 1 >= next
    guard continues else {
      rejectedCommits += 1
      return false
    }
    for finding in commit.findings { analysis.findings[finding.sequence] = finding }
    analysis.analysedThrough = commit.analysedThrough
    if let checkpoint = commit.checkpoint { analysis.checkpoint = checkpoint }
    analysis.refusedChunks = commit.refusedChunks
    revision += 1
    analysis.revision = revision
    analyses[commit.reference] = analysis
    return true
  }
}

extension InMemoryStore.Analysis {
  func record(_ reference: SessionReference) -> AnalysisRecord {
    AnalysisRecord(
      reference: reference, analysedThrough: analysedThrough, advancedAt: 0, findingCount: findings.count,
      refusedChunks: refusedChunks, revision: revision)
  }
}
