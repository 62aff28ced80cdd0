import Store
import Wire

/// What the store keeps of retention, in memory.
struct RetentionState {
  var changes: [RetentionChange] = []
  var holds: [RetentionHold] = []
  var wearings: [DeviceWearing] = []
  var runs: [RetentionRun] = []
}

extension MemoryStore: RetentionStore {
  func retentionChanges() async throws(StoreError) -> [RetentionChange] { try read { $0.retention.changes } }
  func append(_ changes: [RetentionChange], after last: Int64) async throws(StoreError) -> Bool {
    change { state in
      guard (state.retention.changes.last?.number ?? 0) == last else { return false }
      for change in changes {
        state.retention.changes.append(
          RetentionChange(
            number: Int64(state.retention.changes.count + 1), kind: change.kind, patient: change.patient,
            from: change.from, to: change.to, actor: change.actor, at: change.at, effectiveAt: change.effectiveAt))
      }
      return true
    }
  }
  func retentionHolds() async throws(StoreError) -> [RetentionHold] { try read { $0.retention.holds } }
  func place(_ hold: RetentionHold) async throws(StoreError) -> RetentionHold {
    change { state in
      let placed = RetentionHold(
        number: Int64(state.retention.holds.count + 1), subject: hold.subject, reason: hold.reason, actor: hold.actor,
        at: hold.at)
      state.retention.holds.append(placed)
      return placed
    }
  }
  func releaseHold(_ number: Int64, _ release: RetentionHold.Release) async throws(StoreError) -> Bool {
    change { state in
      guard let index = state.retention.holds.firstIndex(where: { $0.number == number && $0.release == nil }) else {
        return false
      }
      let hold = state.retention.holds[index]
      state.retention.holds[index] = RetentionHold(
        number: number, subject: hold.subject, reason: hold.reason, actor: hold.actor, at: hold.at, release: release)
      return true
    }
  }
  func wearings() async throws(StoreError) -> [DeviceWearing] {
    try read { $0.retention.wearings }
  }
  func begin(_ run: RetentionRun) async throws(StoreError) -> Int64 {
    change { state in
      state.retention.runs.append(run)
      return Int64(state.retention.runs.count)
    }
  }
  func endRun(
    _ number: Int64, at time: UnixMicroseconds, _ outcome: RetentionRun.Outcome
  ) async throws(StoreError) {}
  func retentionRuns(limit: Int) async throws(StoreError) -> [RetentionRun] {
    try read { Array($0.retention.runs.reversed().prefix(limit)) }
  }
  func keptSessions(sizingBefore time: UnixMicroseconds) async throws(StoreError) -> [KeptSession] {
    try read { state in
      state.sessions.values.map { record in
        let bytes = record.chunkCount * (state.chunks[record.reference]?.first?.message.count ?? 0)
        return KeptSession(
          reference: record.reference,
          recording: KeptSession.Recording(
            firstReceivedAt: record.firstReceivedAt, lastReceivedAt: record.lastReceivedAt,
            lastCaptureTime: record.lastCaptureTime, chunks: record.chunkCount, bytes: bytes),
          derived: state.analyses[record.reference].map {
            KeptSession.Derived(touchedAt: $0.advancedAt, findings: $0.findingCount, marks: 0)
          })
      }
    }
  }
  func refusedMessages(
    receivedBefore time: UnixMicroseconds, keeping devices: Set<DeviceID>
  ) async throws(StoreError) -> Int { 0 }
}
