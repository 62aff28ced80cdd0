public import AlertPolicy
internal import Findings
public import Store
internal import Wire

/// What a plan would have told of alerts that a replay found, as if nobody had taken note of any. Pure.
public struct DeliveryPreview: Hashable, Sendable {
  /// Messages to one contact.
  public struct Receiver: Hashable, Sendable {
    /// What people call them; empty for the receivers of the installation.
    public let label: String
    /// How many.
    public internal(set) var messages: Int
  }

  /// Seconds between two looks at what falls due.
  private static let tickSeconds: UInt64 = 30
  /// Hours after the last moment in which what waits is still told.
  private static let afterwards: UInt64 = 24

  /// Alerts.
  public private(set) var alerts = 0
  /// Alerts by rule.
  public private(set) var rules: [String: Int] = [:]
  /// Messages in all; the receivers of the installation count as one.
  public private(set) var messages = 0
  /// By contact, in the plan's order.
  public private(set) var receivers: [Receiver]
  /// Alerts that waited for a gathering message.
  public private(set) var held = 0
  /// Steps that were told because nobody took note.
  public private(set) var escalations = 0

  /// Runs a plan over alerts.
  /// - Parameters:
  ///   - alerts: what a policy would have said, oldest first.
  ///   - plan: the plan to try.
  ///   - until: the last moment of the replay, Unix microseconds.
  public init(_ alerts: [ReplayedAlert], plan: AlertPlan, until: UnixMicroseconds) {
    receivers =
      plan.steps.isEmpty
      ? [Receiver(label: "", messages: 0)]
      : plan.steps.flatMap(\.contacts).reduce(into: []) { list, contact in
        if !list.contains(where: { $0.label == contact.label }) {
          list.append(Receiver(label: contact.label, messages: 0))
        }
      }
    run(alerts, plan: plan, until: until)
  }

  private mutating func run(_ alerts: [ReplayedAlert], plan: AlertPlan, until: UnixMicroseconds) {
    var news: [(at: UnixMicroseconds, news: AlertNews)] = []
    var severities: [AlertID: AlertSeverity] = [:]
    for alert in alerts {
      self.alerts += 1
      rules[alert.body.rule.rawValue, default: 0] += 1
      // The session does not matter here: nothing is sealed.
      guard let reference = Self.reference else { continue }
      func add(_ kind: AlertNews.Kind, _ severity: AlertSeverity, at time: UnixMicroseconds) {
        news.append(
          (
            time,
            AlertNews(
              kind: kind, alert: alert.id, reference: reference, severity: severity, onset: alert.body.onset)
          ))
      }
      add(.opened, alert.openingSeverity, at: alert.openedAt)
      for worsening in alert.worsened { add(.worsened, worsening.severity, at: worsening.at) }
      if let end = alert.resolvedAt { add(.over, alert.body.severity, at: end) }
    }
    news.sort { $0.at < $1.at }
    var ledger = DeliveryLedger()
    guard var now = news.first?.at else { return }
    let end = max(until, now) + Self.afterwards * 3_600_000_000
    var next = 0
    while now < end, next < news.count || !ledger.isIdle {
      while next < news.count, news[next].at <= now {
        let one = news[next].news
        severities[one.alert] = one.severity
        // Nothing is late here: it is told when it was found.
        var live = one
        live.onset = min(now, max(one.onset, now - min(now, 1_000_000)))
        count(ledger.note(live, plan: plan, now: now, tellsResolution: true), severities, plan)
        next += 1
      }
      let facts = Dictionary(
        ledger.alertsToLookAt(plan: plan, now: now).map { ($0, CourseFacts(isSettled: false)) },
        uniquingKeysWith: { first, _ in first })
      count(ledger.tick(plan: plan, now: now, facts: facts), severities, plan)
      // Alerts that were told to the last step wait for nothing but their end.
      if next == news.count, !ledger.isExpectingAnything(plan: plan) { break }
      now += Self.tickSeconds * 1_000_000
    }
  }

  private mutating func count(
    _ decisions: [DeliveryDecision], _ severities: [AlertID: AlertSeverity], _ plan: AlertPlan
  ) {
    for decision in decisions {
      switch decision {
      case .hold: held += 1
      case .tell(let alert, let occasion, let steps):
        if case .escalated = occasion { escalations += 1 }
        tell(severities[alert] ?? .high, steps, plan)
      case .gather(let alerts, _, _): tell(alerts.compactMap { severities[$0] }.max() ?? .low, 0...0, plan)
      }
    }
  }

  private mutating func tell(_ severity: AlertSeverity, _ steps: ClosedRange<Int>, _ plan: AlertPlan) {
    guard !plan.steps.isEmpty else {
      messages += 1
      receivers[0].messages += 1
      return
    }
    for step in plan.steps[steps.clamped(to: 0...plan.steps.count - 1)] {
      for contact in step.contacts where severity >= contact.atLeast {
        messages += 1
        if let index = receivers.firstIndex(where: { $0.label == contact.label }) { receivers[index].messages += 1 }
      }
    }
  }

  private static let reference: SessionReference? = {
    guard let device = DeviceID("preview"), let session = SessionID([UInt8](repeating: 0, count: 16)) else {
      return nil
    }
    return SessionReference(device: device, session: session)
  }()
}
