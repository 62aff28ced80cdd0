internal import Findings
public import Store
public import Wire

/// How far a patient's alerts have come on their way to people: news, facts and the time in, decisions out. A value without a
/// clock or a socket, committed together with what it decides.
///
/// High severity is told at once, whatever the hour and the budget. Low and medium wait for the digest in quiet hours and when
/// the day's budget is used up. Alerts of episodes that began long ago, as a device sends them after an outage, come in one
/// message. Whoever is told has a while to take note; then the next step is told.
public struct DeliveryLedger: Hashable, Sendable, Codable {
  /// An episode that began so many seconds before it is told is late news. Longer than any rule needs to be sure.
  public static let lateSeconds: UInt64 = 600
  /// From this age on it is the device's clock that is wrong, not the news that is late.
  public static let implausibleSeconds: UInt64 = 7 * 86_400
  /// Late news is told when no more came for so many seconds …
  public static let backlogQuietSeconds: UInt64 = 20
  /// … and after so many seconds at the latest.
  public static let backlogSeconds: UInt64 = 90
  /// Most alerts that wait: then they are told at once, in one message.
  public static let waitingLimit = 200

  /// One alert on its way.
  struct Course: Hashable, Sendable, Codable {
    var reference: SessionReference
    var severity: AlertSeverity
    /// Steps that were told; 0 while it waits.
    var step = 0
    /// When the last of them was told.
    var toldAt: UnixMicroseconds = 0
    var isOver = false
  }

  /// An alert that waits.
  struct Waiting: Hashable, Sendable, Codable {
    var alert: String
    var since: UnixMicroseconds
  }

  /// By the alert's name.
  var courses: [String: Course] = [:]
  /// What the digest will tell, in the order in which it came.
  var held: [Waiting] = []
  /// Late news, in the order in which it came.
  var backlog: [Waiting] = []
  /// The day that ``told`` counts.
  var day = 0
  /// Messages of low and medium severity on that day.
  var told = 0
  /// Gathering messages so far: part of their names.
  var gatherings = 0

  /// Nothing is on its way.
  public init() {}

  /// Whether nothing is on its way.
  public var isIdle: Bool { courses.isEmpty && held.isEmpty && backlog.isEmpty }

  /// Whether anything falls due with time alone.
  func isExpectingAnything(plan: AlertPlan) -> Bool {
    !held.isEmpty || !backlog.isEmpty
      || courses.values.contains { course in
        course.step > 0 && course.step < plan.steps.count && course.severity >= plan.escalatesFrom
      }
  }

  /// The sessions of all alerts on their way.
  public var references: [SessionReference] { courses.values.map(\.reference) }

  // MARK: News

  /// Decides on news.
  public mutating func note(
    _ news: AlertNews, plan: AlertPlan, now: UnixMicroseconds, tellsResolution: Bool
  ) -> [DeliveryDecision] {
    let name = news.alert.description
    switch news.kind {
    case .opened:
      guard courses[name] == nil else { return [] }
      courses[name] = Course(reference: news.reference, severity: news.severity)
      if Self.isLate(news.onset, now: now) {
        backlog.append(Waiting(alert: name, since: now))
        return [.hold(news.alert, .backlog)]
      }
      return announce(news.alert, .opened, plan: plan, now: now)
    case .worsened: return worsen(news, plan: plan, now: now)
    case .over: return end(news, plan: plan, now: now, tellsResolution: plan.tellsResolution ?? tellsResolution)
    case .reminder(let ordinal):
      guard let course = courses[name] else { return [.tell(news.alert, .reminder(ordinal), steps: 0...0)] }
      guard course.step > 0 else { return [] }
      return [.tell(news.alert, .reminder(ordinal), steps: 0...course.step - 1)]
    }
  }

  /// Tells of an alert for the first time, or lets it wait.
  private mutating func announce(
    _ alert: AlertID, _ occasion: AlertNotice.Occasion, plan: AlertPlan, now: UnixMicroseconds
  ) -> [DeliveryDecision] {
    let name = alert.description
    guard let severity = courses[name]?.severity else { return [] }
    if let reason = reasonToWait(severity, plan: plan, now: now) {
      guard !held.contains(where: { $0.alert == name }) else { return [] }
      held.append(Waiting(alert: name, since: now))
      return [.hold(alert, reason)]
    }
    if severity < .high { told += 1 }
    let last = max(1, courses[name]?.step ?? 0) - 1
    courses[name]?.step = last + 1
    courses[name]?.toldAt = now
    return [.tell(alert, occasion, steps: 0...last)]
  }

  private mutating func worsen(_ news: AlertNews, plan: AlertPlan, now: UnixMicroseconds) -> [DeliveryDecision] {
    let name = news.alert.description
    courses[name, default: Course(reference: news.reference, severity: news.severity)].severity = news.severity
    // Late news stays late news.
    guard !backlog.contains(where: { $0.alert == name }) else { return [] }
    guard news.severity == .high || !held.contains(where: { $0.alert == name }) else { return [] }
    held.removeAll { $0.alert == name }
    return announce(news.alert, .worsened, plan: plan, now: now)
  }

  private mutating func end(
    _ news: AlertNews, plan: AlertPlan, now: UnixMicroseconds, tellsResolution: Bool
  ) -> [DeliveryDecision] {
    let name = news.alert.description
    guard let course = courses[name] else { return [] }
    courses[name]?.isOver = true
    guard course.step > 0 else { return [] }
    // Nobody may have looked at what was high, even though it is over: it goes on to the next step. The rest ends here.
    let goesOn = course.severity == .high && course.step < plan.stepCount && !isWaiting(name)
    if !goesOn, !isWaiting(name) { courses[name] = nil }
    guard tellsResolution, course.severity == .high || !plan.isQuiet(at: now) else { return [] }
    return [.tell(news.alert, .resolved, steps: 0...course.step - 1)]
  }

  // MARK: Time

  /// The alerts whose facts ``tick(plan:now:facts:)`` needs now.
  public func alertsToLookAt(plan: AlertPlan, now: UnixMicroseconds) -> [AlertID] {
    courses.filter { isEscalationDue($0.key, $0.value, plan: plan, now: now) }.keys.sorted().compactMap {
      AlertID(hex: $0)
    }
  }

  /// What falls due with time: the next step, the digest, late news.
  /// - Parameters:
  ///   - plan: the patient's.
  ///   - now: Unix microseconds.
  ///   - facts: of ``alertsToLookAt(plan:now:)``; an alert without facts is gone from the store.
  public mutating func tick(
    plan: AlertPlan, now: UnixMicroseconds, facts: [AlertID: CourseFacts]
  ) -> [DeliveryDecision] {
    var decisions: [DeliveryDecision] = []
    for alert in alertsToLookAt(plan: plan, now: now) {
      decisions += escalate(alert, plan: plan, now: now, facts: facts[alert])
    }
    decisions += releaseBacklog(plan: plan, now: now)
    decisions += releaseHeld(plan: plan, now: now)
    return decisions
  }

  private func isEscalationDue(
    _ name: String, _ course: Course, plan: AlertPlan, now: UnixMicroseconds
  ) -> Bool {
    guard course.step > 0, course.step < plan.steps.count, course.severity >= plan.escalatesFrom, !isWaiting(name),
      course.severity == .high || !plan.isQuiet(at: now)
    else { return false }
    return now >= course.toldAt + UInt64(plan.steps[course.step - 1].minutesUntilNext) * 60_000_000
  }

  private mutating func escalate(
    _ alert: AlertID, plan: AlertPlan, now: UnixMicroseconds, facts: CourseFacts?
  ) -> [DeliveryDecision] {
    let name = alert.description
    guard let facts, !facts.isSettled, let course = courses[name] else {
      courses[name] = nil
      return []
    }
    if let until = facts.snoozedUntil, until > now { return [] }
    courses[name]?.step += 1
    courses[name]?.toldAt = now
    if course.isOver, course.step + 1 >= plan.stepCount { courses[name] = nil }
    return [.tell(alert, .escalated(course.step + 1), steps: course.step...course.step)]
  }

  private mutating func releaseBacklog(plan: AlertPlan, now: UnixMicroseconds) -> [DeliveryDecision] {
    guard let first = backlog.first, let last = backlog.last,
      now >= last.since + Self.backlogQuietSeconds * 1_000_000 || now >= first.since + Self.backlogSeconds * 1_000_000
        || backlog.count >= Self.waitingLimit
    else { return [] }
    let severity = backlog.compactMap { courses[$0.alert]?.severity }.max() ?? .low
    if let reason = reasonToWait(severity, plan: plan, now: now) {
      let alerts = backlog.compactMap { AlertID(hex: $0.alert) }
      held += backlog
      backlog = []
      return alerts.map { .hold($0, reason) }
    }
    if severity < .high { told += 1 }
    defer { backlog = [] }
    if backlog.count == 1, let alert = AlertID(hex: first.alert) {
      depart(first.alert, now: now)
      return [.tell(alert, .opened, steps: 0...0)]
    }
    return [gather(backlog, .backlog, now: now)]
  }

  private mutating func releaseHeld(plan: AlertPlan, now: UnixMicroseconds) -> [DeliveryDecision] {
    guard let first = held.first else { return [] }
    let due = LocalClock(zone: plan.timeZone).next(plan.digestMinutes, after: first.since)
    guard due.map({ now >= $0 }) ?? true || held.count >= Self.waitingLimit else { return [] }
    let reason: DeliveryDecision.Reason = plan.quietHours == nil ? .budget : .quiet
    let decision = gather(held, reason, now: now)
    held = []
    return [decision]
  }

  private mutating func gather(
    _ waiting: [Waiting], _ reason: DeliveryDecision.Reason, now: UnixMicroseconds
  ) -> DeliveryDecision {
    gatherings += 1
    for entry in waiting { depart(entry.alert, now: now) }
    return .gather(waiting.compactMap { AlertID(hex: $0.alert) }, reason, ordinal: gatherings)
  }

  /// An alert that waited is told: what is over and not high needs nothing more.
  private mutating func depart(_ name: String, now: UnixMicroseconds) {
    guard let course = courses[name] else { return }
    if course.isOver, course.severity < .high {
      courses[name] = nil
    } else {
      courses[name]?.step = max(1, course.step)
      courses[name]?.toldAt = now
    }
  }

  private func isWaiting(_ name: String) -> Bool {
    held.contains { $0.alert == name } || backlog.contains { $0.alert == name }
  }

  private mutating func reasonToWait(
    _ severity: AlertSeverity, plan: AlertPlan, now: UnixMicroseconds
  ) -> DeliveryDecision.Reason? {
    let (today, minute) = LocalClock(zone: plan.timeZone).day(at: now)
    if today != day { (day, told) = (today, 0) }
    guard severity < .high else { return nil }
    if plan.quietHours?.contains(minute: minute) == true { return .quiet }
    if let budget = plan.dailyBudget, told >= budget { return .budget }
    return nil
  }

  private static func isLate(_ onset: UnixMicroseconds, now: UnixMicroseconds) -> Bool {
    guard now > onset else { return false }
    return ((lateSeconds * 1_000_000)...(implausibleSeconds * 1_000_000)).contains(now - onset)
  }
}
