internal import Cardio
internal import Decryptor
internal import Findings
internal import KeyVaultClient
internal import Store
internal import Wire

/// What the analysis said of one session, from its beginning to the present: read once, then carried on, one call after the other.
actor FindingHistory: HeldHistory {
  /// Findings read in one go.
  private static let pageSize = 512

  private var history = SessionHistory()
  /// The lead that is analysed: the first whose samples came.
  private var lead: ChunkKind?
  /// The next sequence number to read.
  private var next: UInt64 = 0
  private var isConcealed = false
  private var turns = ReadingTurns()

  /// Bytes held.
  var byteCount: Int { history.byteCount }

  /// Forgets everything and reads no more.
  func conceal() {
    isConcealed = true
    history = SessionHistory()
  }

  /// The history up to now.
  func advanced(to record: SessionRecord, reader: FindingsReader) async throws(StripError) -> SessionHistory {
    try await turns.begin { [self] () throws(StripError) in try await advance(to: record, reader: reader) }.value.get()
    return history
  }

  private func advance(to record: SessionRecord, reader: FindingsReader) async throws(StripError) {
    while true {
      let page = try await reader.page(of: record, from: next, limit: Self.pageSize)
      guard !isConcealed else { throw .vault(.unavailable("forgotten while it was read")) }
      for finding in page.findings {
        if finding.kind.isECG, !finding.isRefused, finding.sampleCount > 0 {
          if lead == nil { lead = finding.kind }
          if finding.kind == lead { history.append(HistoryStretch(finding)) }
        }
        for beat in finding.beats { history.append(HistoryBeat(beat)) }
      }
      guard let last = page.last else { return }
      next = last + 1
    }
  }
}

extension HistoryStretch {
  init(_ finding: Finding) {
    self.init(
      firstSample: Int(clamping: finding.firstSample), sampleCount: finding.sampleCount,
      captureTime: finding.captureTime, quality: finding.quality, heartRate: finding.heartRate,
      isLeadOff: !finding.leadOff.isEmpty)
  }
}

extension HistoryBeat {
  init(_ beat: BeatFinding) {
    self.init(
      position: beat.position, rrMilliseconds: beat.rrMilliseconds,
      beatClass: beat.beatClass.flatMap { BeatClass(index: Int($0.rawValue)) },
      abnormalProbability: beat.abnormalProbability, isAbnormal: beat.isAbnormal)
  }
}
