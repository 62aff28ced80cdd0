internal import AlertPolicy
internal import Store
internal import Wire

/// The sessions that the notifier knows, and what it knows of them.
struct WatchedSessions {
  /// What the server knows of a session.
  struct Facts {
    var lastReceivedAt: UnixMicroseconds
    var isLatest: Bool
  }

  private struct Session {
    var firstReceivedAt: UnixMicroseconds?
    var lastReceivedAt: UnixMicroseconds?
    var analysedThrough: UInt64?
    var advancedAt: UnixMicroseconds = 0
    var machine: PolicyMachine?
    var stored: PolicyState?
    var storedThrough: UInt64?
    var hasUnresolvedAlert = false
    var isSettled = false
  }

  private var sessions: [SessionReference: Session] = [:]
  private var latest: [DeviceID: SessionReference] = [:]

  var count: Int { sessions.count }

  /// Machines that have moved on since they were stored.
  var unstoredMachines: [(SessionReference, PolicyMachine)] {
    sessions.compactMap { reference, session in
      guard let machine = session.machine, machine.evaluatedThrough != session.storedThrough else { return nil }
      return (reference, machine)
    }
  }

  mutating func load(_ states: [PolicyState], unresolved: [SessionReference]) {
    for state in states {
      sessions[state.reference, default: Session()].stored = state
      sessions[state.reference]?.storedThrough = state.evaluatedThrough
    }
    for reference in unresolved { sessions[reference, default: Session()].hasUnresolvedAlert = true }
  }

  mutating func note(_ record: SessionRecord) {
    let reference = record.reference
    var session = sessions[reference] ?? Session()
    if session.lastReceivedAt != record.lastReceivedAt { session.isSettled = false }
    session.firstReceivedAt = record.firstReceivedAt
    session.lastReceivedAt = record.lastReceivedAt
    sessions[reference] = session
    guard let current = latest[reference.device], current != reference else {
      return latest[reference.device] = reference
    }
    // By the order of their arrival: a device's clock may be wrong.
    if let began = sessions[current]?.firstReceivedAt, began > record.firstReceivedAt { return }
    sessions[current]?.isSettled = false
    latest[reference.device] = reference
  }

  mutating func note(_ record: AnalysisRecord) {
    var session = sessions[record.reference] ?? Session()
    session.analysedThrough = record.analysedThrough
    session.advancedAt = record.advancedAt
    sessions[record.reference] = session
  }

  /// Sessions with new findings, and, `includingQuiet`, those whose silence, reminders or end must be looked at.
  func sessionsToVisit(
    now: UnixMicroseconds, includingQuiet: Bool, policy: AlertPolicyConfiguration
  ) -> [SessionReference] {
    sessions.filter { reference, session in
      let evaluated = session.machine.map(\.evaluatedThrough) ?? session.storedThrough
      if let through = session.analysedThrough, evaluated.map({ $0 < through }) ?? true { return true }
      guard includingQuiet, !session.isSettled, session.lastReceivedAt != nil else { return false }
      if session.hasUnresolvedAlert || session.machine?.activeAlerts.isEmpty == false { return true }
      return latest[reference.device] == reference && !isForgotten(session, now: now, policy: policy)
    }.keys.sorted { ($0.device, $0.session) < ($1.device, $1.session) }
  }

  func facts(_ reference: SessionReference) -> Facts? {
    guard let last = sessions[reference]?.lastReceivedAt else { return nil }
    return Facts(lastReceivedAt: last, isLatest: latest[reference.device] == reference)
  }

  func analysedThrough(_ reference: SessionReference) -> UInt64? { sessions[reference]?.analysedThrough }
  func machine(_ reference: SessionReference) -> PolicyMachine? { sessions[reference]?.machine }
  func storedState(_ reference: SessionReference) -> PolicyState? { sessions[reference]?.stored }

  /// Whether people are told of what is found in a session: it was analysed or heard of within the longest session.
  func isRecent(_ reference: SessionReference, now: UnixMicroseconds, policy: AlertPolicyConfiguration) -> Bool {
    guard let session = sessions[reference] else { return false }
    let last = max(session.advancedAt, session.lastReceivedAt ?? 0)
    return last >= now || Double(now - last) / 1e6 < policy.noData.forgottenAfterSeconds
  }

  func isPositionDue(_ machine: PolicyMachine, every findings: UInt64) -> Bool {
    guard let through = machine.evaluatedThrough else { return false }
    guard let stored = sessions[machine.reference]?.storedThrough else { return true }
    return through >= stored && through - stored >= findings
  }

  mutating func adopt(_ machine: PolicyMachine, of reference: SessionReference, isStored: Bool) {
    var session = sessions[reference] ?? Session()
    session.machine = machine
    session.stored = nil
    session.hasUnresolvedAlert = false
    session.isSettled = machine.isSuperseded
    if isStored { session.storedThrough = machine.evaluatedThrough }
    sessions[reference] = session
  }

  /// Lets go of sessions that ended long ago, so that memory does not grow with the years.
  mutating func forget(now: UnixMicroseconds, policy: AlertPolicyConfiguration) {
    sessions = sessions.filter { reference, session in
      guard session.lastReceivedAt != nil, isForgotten(session, now: now, policy: policy) else { return true }
      if session.hasUnresolvedAlert || session.machine?.activeAlerts.isEmpty == false { return true }
      return latest[reference.device] == reference
    }
  }

  private func isForgotten(_ session: Session, now: UnixMicroseconds, policy: AlertPolicyConfiguration) -> Bool {
    guard let last = session.lastReceivedAt, now > last else { return false }
    return Double(now - last) / 1e6 >= policy.noData.forgottenAfterSeconds
  }
}
