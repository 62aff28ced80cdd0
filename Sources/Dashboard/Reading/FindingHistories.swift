internal import Cardio
internal import Decryptor
internal import Findings
internal import KeyVaultClient
internal import Store
internal import Wire

/// What the analysis said of one session, from its beginning to the present: read once, then carried on, one call after the other.
actor FindingHistory {
  /// Findings read in one go.
  private static let pageSize = 512

  private var history = SessionHistory()
  /// The lead that is analysed: the first whose samples came.
  private var lead: ChunkKind?
  /// The next sequence number to read.
  private var next: UInt64 = 0
  private var isConcealed = false
  private var turn: Task<Result<Void, StripError>, Never>?

  /// Bytes held.
  var byteCount: Int { history.byteCount }

  /// Forgets everything and reads no more.
  func conceal() {
    isConcealed = true
    history = SessionHistory()
  }

  /// The history up to now.
  func advanced(to record: SessionRecord, reader: FindingsReader) async throws(StripError) -> SessionHistory {
    let before = turn
    let mine = Task { () -> Result<Void, StripError> in
      _ = await before?.value
      do throws(StripError) {
        try await advance(to: record, reader: reader)
        return .success(())
      } catch {
        return .failure(error)
      }
    }
    turn = mine
    try await mine.value.get()
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

/// The histories that are held, bounded in bytes and time: what was not looked at for longest goes first.
actor FindingHistories {
  /// Bytes of all histories: 24 h take about 4 MB, so that 24 such are held.
  static let byteLimit = 96 << 20
  /// One that nobody asked for so long is forgotten, as its key is.
  static let idleLimit = SessionKeyCache.idleLimit

  private struct Entry {
    let history: FindingHistory
    var usedAt: Duration
    var byteCount = 0
  }

  private var entries: [SessionReference: Entry] = [:]
  private let time: Timekeeper

  init(time: Timekeeper) { self.time = time }

  /// Bytes of all that are held.
  var byteCount: Int { entries.values.reduce(0) { $0 + $1.byteCount } }

  /// The history of a session up to now.
  func history(of record: SessionRecord, reader: FindingsReader) async throws(StripError) -> SessionHistory {
    await forgetUnused()
    let reference = record.reference
    var entry = entries[reference] ?? Entry(history: FindingHistory(), usedAt: .zero)
    entry.usedAt = time.uptime()
    entries[reference] = entry
    let history = try await entry.history.advanced(to: record, reader: reader)
    entries[reference]?.byteCount = history.byteCount
    while byteCount > Self.byteLimit,
      let oldest = entries.filter({ $0.key != reference }).min(by: { $0.value.usedAt < $1.value.usedAt })?.key
    {
      await forget { $0 == oldest }
    }
    return history
  }

  /// Forgets all sessions of a device.
  func forget(_ device: DeviceID) async { await forget { $0.device == device } }

  /// Forgets a session.
  func forget(_ reference: SessionReference) async { await forget { $0 == reference } }

  /// Forgets what nobody has asked for.
  func forgetUnused() async {
    let now = time.uptime()
    let unused = Set(entries.filter { now - $0.value.usedAt >= Self.idleLimit }.keys)
    if !unused.isEmpty { await forget(unused.contains) }
  }

  private func forget(_ isForgotten: (SessionReference) -> Bool) async {
    let gone = entries.filter { isForgotten($0.key) }
    for reference in gone.keys { entries[reference] = nil }
    for entry in gone.values { await entry.history.conceal() }
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
