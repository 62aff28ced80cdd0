internal import AlertPolicy
internal import Findings
internal import Metrics
internal import Store

/// What the notifier counts.
struct NotifierMetrics: Sendable {
  private let findings = Counter(label: "sealedbeat_notifier_findings_total")
  private let opened = Counter(label: "sealedbeat_notifier_alerts_opened_total")
  private let resolved = Counter(label: "sealedbeat_notifier_alerts_resolved_total")
  private let passFailures = Counter(label: "sealedbeat_notifier_pass_failures_total")
  private let unreadable = Counter(label: "sealedbeat_notifier_unreadable_records_total")
  private let sessions = Gauge(label: "sealedbeat_notifier_sessions")

  func evaluated(_ count: Int) { findings.increment(by: count) }
  func committed(_ actions: [PolicyAction]) {
    for action in actions {
      switch action {
      case .open: opened.increment()
      case .resolve: resolved.increment()
      case .update, .remind: break
      }
    }
  }
  func passFailed() { passFailures.increment() }
  func recordUnreadable() { unreadable.increment() }
  func watching(_ count: Int) { sessions.record(count) }

  func delivered(by channel: DeliveryChannel, secondsSinceWritten seconds: Double) {
    attempt(channel, "delivered")
    Recorder(
      label: "sealedbeat_notifier_delivery_seconds", dimensions: [("channel", channel.rawValue)], aggregate: true
    ).record(seconds)
  }
  func failed(by channel: DeliveryChannel, _ code: DeliveryFailure.Code) { attempt(channel, code.rawValue) }
  func gaveUp(_ channel: DeliveryChannel) {
    Counter(label: "sealedbeat_notifier_dead_letters_total", dimensions: [("channel", channel.rawValue)]).increment()
  }

  private func attempt(_ channel: DeliveryChannel, _ outcome: String) {
    Counter(
      label: "sealedbeat_notifier_delivery_attempts_total",
      dimensions: [("channel", channel.rawValue), ("outcome", outcome)]
    ).increment()
  }
}
