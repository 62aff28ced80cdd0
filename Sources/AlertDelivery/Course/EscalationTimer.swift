public import Findings
public import Store

/// When the next contacts of an alert are told, as a page shows it: read off the alert's log.
public struct EscalationTimer: Hashable, Sendable {
  /// The step that is told next, counted from 1.
  public let step: Int
  /// When.
  public let due: UnixMicroseconds

  /// Reads the timer; `nil` when nothing is told any more, or somebody has been told of nothing yet.
  /// - Parameters:
  ///   - alert: the alert as it stands.
  ///   - severity: how grave it is.
  ///   - events: its log, oldest first.
  ///   - plan: the patient's.
  public init?(_ alert: AlertRecord, severity: AlertSeverity, events: [AlertEvent], plan: AlertPlan) {
    guard !AlertWorkflow.isSettled(alert), severity >= plan.escalatesFrom, severity == .high || alert.state != .resolved
    else { return nil }
    let told = events.filter { event in
      guard event.kind == .told, event.step != nil else { return false }
      let occasion = event.detail.map { $0.prefix { $0 != " " } } ?? ""
      return !occasion.hasPrefix("reminder") && occasion != "resolved"
    }
    guard let last = told.last, let reached = told.compactMap(\.step).max(), reached < plan.steps.count else {
      return nil
    }
    step = reached + 1
    let wait = last.at + UInt64(plan.steps[reached - 1].minutesUntilNext) * 60_000_000
    due = max(wait, alert.snoozedUntil ?? 0)
  }
}
