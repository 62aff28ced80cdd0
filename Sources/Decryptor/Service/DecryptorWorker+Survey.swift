internal import Store
internal import Wire

extension DecryptorWorker {
  /// Learns which sessions changed.
  func survey() async throws(StoreError) {
    // At the first look every session there ever was has "changed"; those analysed to their end need no claim.
    let analysed = hasSurveyed ? [:] : try await analysedPositions()
    let now = time.uptime()
    while true {
      let records = try await chunks.sessions(changedSince: revision, limit: Self.rowsPerPage)
      for record in records where isMine(record.reference) {
        guard let contiguous = record.contiguous else { continue }
        if let position = analysed[record.reference], position >= contiguous { continue }
        note(record, at: now)
      }
      if let last = records.last { revision = last.revision }
      if records.count < Self.rowsPerPage { break }
    }
    hasSurveyed = true
  }

  private func note(_ record: SessionRecord, at now: Duration) {
    if let session = live[record.reference] {
      session.record = record
      enqueue(session)
    } else {
      waiting[record.reference, default: WaitingSession(record: record, since: now)].record = record
    }
  }

  /// Puts a session with work on the list, once.
  func enqueue(_ session: LiveSession) {
    guard session.hasWork, !session.isQueued else { return }
    session.isQueued = true
    queue.append(session)
  }

  private func analysedPositions() async throws(StoreError) -> [SessionReference: UInt64] {
    var positions: [SessionReference: UInt64] = [:]
    var revision: Revision = 0
    while true {
      let records = try await findings.analyses(changedSince: revision, limit: Self.rowsPerPage)
      for record in records where isMine(record.reference) { positions[record.reference] = record.analysedThrough }
      guard let last = records.last, records.count == Self.rowsPerPage else { return positions }
      revision = last.revision
    }
  }
}
