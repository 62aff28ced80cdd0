import Store
import Wire

/// Records of what happened, by the rules of the store.
extension MemoryStore {
  private static func trail<Event>(
    _ events: [Event], _ query: TrailQuery, isWanted: (Event) -> Bool = { _ in true }, at: (Event) -> UnixMicroseconds,
    actor: (Event) -> String?,
    patient: (Event) -> Pseudonym? = { _ in nil }, device: (Event) -> DeviceID? = { _ in nil },
    subject: (Event) -> String? = { _ in nil }, group: (Event) -> GroupID? = { _ in nil }
  ) -> [Recorded<Event>] {
    let found = events.enumerated().map { Recorded(number: Int64($0) + 1, at: at($1), event: $1) }
      .filter { one in
        let after = query.after.map { (one.at, one.number) > ($0.time, $0.number) } ?? true
        return after && isWanted(one.event) && one.at >= query.since && one.at < query.until
          && (query.actor == nil || actor(one.event) == query.actor)
          && (query.patient == nil || patient(one.event) == query.patient)
          && (query.device == nil || device(one.event) == query.device)
          && (query.subject == nil || subject(one.event) == query.subject)
          && (query.number == nil || one.number == query.number)
          && (query.group == nil || group(one.event) == query.group)
      }
    return Array(found.sorted { ($0.at, $0.number) < ($1.at, $1.number) }.prefix(query.limit))
  }

  func accountTrail(_ query: TrailQuery) async throws(StoreError) -> [Recorded<AccountEvent>] {
    try read {
      Self.trail(
        $0.access.events, query, isWanted: { query.kinds?.contains($0.kind) ?? true }, at: \.at, actor: \.actor,
        patient: \.patient, subject: \.account,
        group: \.group)
    }
  }
  func openings(_ query: TrailQuery) async throws(StoreError) -> [Recorded<EmergencyAccess>] {
    try read { Self.trail($0.access.accesses, query, at: \.openedAt, actor: \.account, patient: \.pseudonym) }
  }
  func endings(_ query: TrailQuery) async throws(StoreError) -> [Recorded<EmergencyAccess>] {
    try read {
      Self.trail(
        $0.access.accesses, query, at: { $0.endedAt ?? $0.expiresAt }, actor: \.endedBy, patient: \.pseudonym)
    }
  }
  func chartTrail(_ query: TrailQuery) async throws(StoreError) -> [Recorded<ChartEvent>] {
    try read {
      Self.trail(
        $0.chartEvents, query, at: \.at, actor: \.account, patient: \.pseudonym, device: \.reference.device)
    }
  }
  func append(_ views: [ChartView]) async throws(StoreError) { change { $0.chartViews += views } }
  func viewTrail(_ query: TrailQuery) async throws(StoreError) -> [Recorded<ChartView>] {
    try read {
      Self.trail(
        $0.chartViews, query, isWanted: { query.views?.contains($0.kind) ?? true }, at: \.at, actor: \.account,
        patient: \.pseudonym)
    }
  }
  func deeds(_ query: TrailQuery) async throws(StoreError) -> [Recorded<AlertDeed>] {
    try read { state in
      let deeds = state.events.filter { AlertDeed.kinds.contains($0.kind) }.compactMap { event in
        state.alerts[event.alert].map {
          AlertDeed(event: event, device: $0.reference.device, openedAt: $0.openedAt)
        }
      }
      return Self.trail(deeds, query, at: \.event.at, actor: \.event.actor, device: \.device)
    }
  }
}
