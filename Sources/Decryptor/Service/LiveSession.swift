internal import Findings
internal import KeyVaultClient
internal import Sealing
internal import Store
internal import Wire

/// A session in memory: claimed, its keys at hand, its analysis standing behind ``next``. Confined to its worker.
final class LiveSession {
  /// Keys are asked for anew at this age, so that a withdrawn grant takes effect within the hour…
  static let keyRefreshAge: Duration = .seconds(45 * 60)
  /// …and are forgotten at this age when the vault did not answer in between.
  static let keyAgeLimit: Duration = .seconds(60 * 60)

  let reference: SessionReference
  /// The session as the store last told it.
  var record: SessionRecord
  var epoch: Int64
  /// When the claim was last confirmed.
  var claimedAt: Duration
  /// The position on disk.
  private(set) var analysedThrough: UInt64?
  /// The next sequence number that the pipeline sees; not beyond ``analysedThrough`` during a replay.
  private(set) var next: UInt64
  private(set) var pipeline: SessionPipeline
  /// The last sequence that the checkpoint on disk has seen.
  private(set) var checkpointed: UInt64?
  private(set) var gate: ChunkGate
  private(set) var seal: FindingsSeal
  var keysAskedAt: Duration
  var lastActive: Duration
  /// Whether the worker has it on its list of sessions with something to do.
  var isQueued = false

  init(
    record: SessionRecord, claim: AnalysisClaim, keys: [SessionKeyPurpose: SessionKey], now: Duration
  ) throws {
    reference = record.reference
    self.record = record
    epoch = claim.epoch
    claimedAt = now
    keysAskedAt = now
    lastActive = now
    analysedThrough = claim.analysedThrough
    (gate, seal) = try Self.open(keys, record)
    next = 0
    pipeline = SessionPipeline()
    if let checkpoint = claim.checkpoint, let analysed = claim.analysedThrough, checkpoint.sequence <= analysed,
      let state = try? seal.open(checkpoint.box, kind: .checkpoint, name: "\(checkpoint.sequence)"),
      let decoded = try? SessionCheckpoint(decoding: state)
    {
      pipeline = decoded.pipeline
      next = checkpoint.sequence + 1
      checkpointed = checkpoint.sequence
    }
  }

  /// Takes keys that were asked for anew.
  func renew(_ keys: [SessionKeyPurpose: SessionKey], now: Duration) throws {
    (gate, seal) = try Self.open(keys, record)
    keysAskedAt = now
  }

  private static func open(
    _ keys: [SessionKeyPurpose: SessionKey], _ record: SessionRecord
  ) throws -> (ChunkGate, FindingsSeal) {
    guard let session = keys[.session], let findings = keys[.findings] else {
      throw KeyVaultError.badAnswer("a released key is missing")
    }
    return (
      try ChunkGate(key: session, reference: record.reference, iv: record.iv),
      try FindingsSeal(key: findings, reference: record.reference)
    )
  }

  /// Whether chunks wait to be analysed.
  var hasWork: Bool {
    guard let contiguous = record.contiguous else { return false }
    return analysedThrough.map { $0 < contiguous } ?? true
  }

  /// Whether the pipeline has yet to reach the position on disk.
  var isReplaying: Bool { analysedThrough.map { next <= $0 } ?? false }

  /// Goes through chunks that have findings already, whose verdicts are taken from these; a finding that cannot be opened is
  /// judged again.
  ///
  /// - Parameters:
  ///   - stored: Chunks from ``next`` on, in order.
  ///   - known: The findings from ``next`` on; a chunk without one was never analysed, and stays out.
  ///   - last: The position that is then reached.
  /// - Returns: How many were replayed.
  func replay(_ stored: [StoredChunk], known: [SealedFinding], through last: UInt64, judge: BeatJudge) -> Int {
    let boxes = Dictionary(known.map { ($0.sequence, $0.box) }) { first, _ in first }
    var count = 0
    for chunk in stored where chunk.sequence <= last {
      guard let box = boxes[chunk.sequence] else { continue }
      let beats = (try? seal.finding(box, sequence: chunk.sequence))?.beats
      var place = 0
      _ = pipeline.advance(gate.open(chunk), sequence: chunk.sequence, receivedAt: chunk.receivedAt) { beat, context in
        defer { place += 1 }
        return if let beats, place < beats.count { BeatVerdict(beats[place]) } else { judge.judge(beat, in: context) }
      }
      count += 1
    }
    next = last + 1
    return count
  }

  /// Analyses the chunks that follow the position, and seals what is found.
  ///
  /// - Parameters:
  ///   - stored: Chunks from ``next`` on, in order.
  ///   - last: The position that is then reached: every sequence number up to it is among `stored` or lost for ever.
  func analyse(
    _ stored: [StoredChunk], through last: UInt64, judge: BeatJudge, clock: inout StageClock
  ) throws -> PreparedCommit {
    var sealed: [SealedFinding] = []
    sealed.reserveCapacity(stored.count)
    var told: [CommittedFinding] = []
    told.reserveCapacity(stored.count)
    let classify = judge.judge
    for chunk in stored where chunk.sequence >= next && chunk.sequence <= last {
      let opening = clock.reading()
      let content = gate.open(chunk)
      clock.add(.unseal, since: opening)
      let analysing = clock.reading()
      judge.nanoseconds = 0
      let finding = pipeline.advance(
        content, sequence: chunk.sequence, receivedAt: chunk.receivedAt, classify: classify)
      clock.add(.detect, since: analysing, without: judge.nanoseconds)
      clock.add(.classify, nanoseconds: judge.nanoseconds)
      let sealing = clock.reading()
      sealed.append(SealedFinding(sequence: chunk.sequence, box: try seal.seal(finding)))
      clock.add(.seal, since: sealing)
      let refusal: ChunkRefusal? = if case .refused(let reason) = content { reason } else { nil }
      told.append(CommittedFinding(finding, refusal: refusal, receivedAt: chunk.receivedAt))
    }
    next = last + 1
    let isDue = next - (checkpointed.map { $0 + 1 } ?? 0) >= SessionCheckpoint.interval
    return PreparedCommit(
      session: self, commit: commit(sealed, through: last, checkpoint: isDue ? try checkpoint(at: last) : nil),
      findings: told)
  }

  /// The commit that puts the present state to rest; `nil` when the checkpoint on disk is that state, or there is none yet.
  func prepareRest() throws -> PreparedCommit? {
    guard let analysed = analysedThrough, next == analysed + 1, checkpointed != analysed else { return nil }
    return PreparedCommit(
      session: self, commit: commit([], through: analysed, checkpoint: try checkpoint(at: analysed)), findings: [])
  }

  /// The store has it.
  func committed(_ commit: AnalysisCommit) {
    analysedThrough = commit.analysedThrough
    if let checkpoint = commit.checkpoint { checkpointed = checkpoint.sequence }
  }

  private func commit(
    _ findings: [SealedFinding], through last: UInt64, checkpoint: SealedCheckpoint?
  ) -> AnalysisCommit {
    AnalysisCommit(
      reference: reference, epoch: epoch, analysedThrough: last, findings: findings, checkpoint: checkpoint,
      refusedChunks: Int(pipeline.refusedChunks))
  }

  private func checkpoint(at sequence: UInt64) throws -> SealedCheckpoint {
    let state = try SessionCheckpoint(pipeline).encoded()
    return SealedCheckpoint(
      sequence: sequence, box: try seal.seal(state, kind: .checkpoint, name: "\(sequence)"))
  }
}

/// What one session adds to the next transaction.
struct PreparedCommit {
  let session: LiveSession
  let commit: AnalysisCommit
  let findings: [CommittedFinding]
}
