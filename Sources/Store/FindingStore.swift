public import Wire

/// Where sealed findings rest. Written by decryptors; read by the notifier and the dashboard.
public protocol FindingStore: Sendable {
  /// Claims a session for a worker, or renews its claim: a worker of the same name takes over at once, another one only
  /// after `leaseUntil` has passed. Returns `nil` while somebody else holds it.
  func claim(
    _ reference: SessionReference, owner: String, leaseUntil: UnixMicroseconds, now: UnixMicroseconds
  ) async throws(StoreError) -> AnalysisClaim?

  /// Claims several sessions in one transaction: one answer for each, in order.
  func claim(
    _ references: [SessionReference], owner: String, leaseUntil: UnixMicroseconds, now: UnixMicroseconds
  ) async throws(StoreError) -> [AnalysisClaim?]

  /// Commits findings, positions and checkpoints of several sessions in one transaction. Findings of a session must
  /// continue where its position stands; a claim that was lost refuses that session's part alone.
  /// - Returns: the sessions whose claim was lost.
  func commit(_ batch: [AnalysisCommit], now: UnixMicroseconds) async throws(StoreError) -> [SessionReference]

  /// Sessions whose analysis advanced after `revision`, oldest change first, at most `limit`.
  func analyses(changedSince revision: Revision, limit: Int) async throws(StoreError) -> [AnalysisRecord]

  /// How far a session was analysed.
  func analysis(_ reference: SessionReference) async throws(StoreError) -> AnalysisRecord?

  /// Findings of a session from a sequence number on, in order, at most `limit`.
  func findings(
    of reference: SessionReference, from sequence: UInt64, limit: Int
  ) async throws(StoreError) -> [SealedFinding]

  /// The last `count` findings of a session, in order.
  func latestFindings(of reference: SessionReference, count: Int) async throws(StoreError) -> [SealedFinding]
}

extension FindingStore {
  /// Claims one by one, for a store that gains nothing by one transaction.
  public func claim(
    _ references: [SessionReference], owner: String, leaseUntil: UnixMicroseconds, now: UnixMicroseconds
  ) async throws(StoreError) -> [AnalysisClaim?] {
    var claims: [AnalysisClaim?] = []
    claims.reserveCapacity(references.count)
    for reference in references {
      claims.append(try await claim(reference, owner: owner, leaseUntil: leaseUntil, now: now))
    }
    return claims
  }
}

/// A finding at rest: one for each chunk, under the chunk's sequence number.
public struct SealedFinding: Sendable, Hashable {
  /// The chunk's sequence number.
  public let sequence: UInt64
  /// A `SealedBox` under the session's findings key.
  public let box: [UInt8]

  /// Describes a sealed finding.
  public init(sequence: UInt64, box: [UInt8]) {
    self.sequence = sequence
    self.box = box
  }
}

/// The right to analyse a session, with what is needed to go on.
public struct AnalysisClaim: Sendable, Hashable {
  /// Grows with every change of owner or restart: fences a worker that lost its claim.
  public let epoch: Int64
  /// The last sequence that was analysed.
  public let analysedThrough: UInt64?
  /// The latest checkpoint, if there is one.
  public let checkpoint: SealedCheckpoint?

  /// Describes a claim.
  public init(epoch: Int64, analysedThrough: UInt64?, checkpoint: SealedCheckpoint?) {
    self.epoch = epoch
    self.analysedThrough = analysedThrough
    self.checkpoint = checkpoint
  }
}

/// The state of an analysis after a sequence number, sealed.
public struct SealedCheckpoint: Sendable, Hashable {
  /// The last sequence that the state has seen.
  public let sequence: UInt64
  /// A `SealedBox` under the session's findings key.
  public let box: [UInt8]

  /// Describes a checkpoint.
  public init(sequence: UInt64, box: [UInt8]) {
    self.sequence = sequence
    self.box = box
  }
}

/// What a decryptor commits for one session.
public struct AnalysisCommit: Sendable {
  /// Which session.
  public let reference: SessionReference
  /// The claim's epoch.
  public let epoch: Int64
  /// The last sequence that these findings cover.
  public let analysedThrough: UInt64
  /// New findings in order of sequence.
  public let findings: [SealedFinding]
  /// A new checkpoint, now and then.
  public let checkpoint: SealedCheckpoint?
  /// Chunks that failed to authenticate or contradicted themselves, counted so far in this session.
  public let refusedChunks: Int

  /// Describes a commit.
  public init(
    reference: SessionReference, epoch: Int64, analysedThrough: UInt64, findings: [SealedFinding],
    checkpoint: SealedCheckpoint?, refusedChunks: Int
  ) {
    self.reference = reference
    self.epoch = epoch
    self.analysedThrough = analysedThrough
    self.findings = findings
    self.checkpoint = checkpoint
    self.refusedChunks = refusedChunks
  }
}

/// How far the analysis of a session has come.
public struct AnalysisRecord: Sendable, Hashable {
  /// Which session.
  public let reference: SessionReference
  /// The last sequence that was analysed.
  public let analysedThrough: UInt64?
  /// When that was.
  public let advancedAt: UnixMicroseconds
  /// Findings on disk.
  public let findingCount: Int
  /// Chunks that failed to authenticate.
  public let refusedChunks: Int
  /// When this row last changed.
  public let revision: Revision

  /// Describes an analysis.
  public init(
    reference: SessionReference, analysedThrough: UInt64?, advancedAt: UnixMicroseconds, findingCount: Int,
    refusedChunks: Int, revision: Revision
  ) {
    self.reference = reference
    self.analysedThrough = analysedThrough
    self.advancedAt = advancedAt
    self.findingCount = findingCount
    self.refusedChunks = refusedChunks
    self.revision = revision
  }
}
