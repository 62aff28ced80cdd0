internal import AlertDelivery
internal import AlertPolicy
internal import Exports
internal import Findings

/// Alerts.
extension Operation {
  static let alerts: [Endpoint: Operation] = [
    .listAlerts: Operation(
      "The newest alerts, at most 200",
      query: [
        Parameter("patient", "Of one patient.", Parameter.pseudonym.schema),
        .flag("unresolved", "Only those whose episode goes on."),
        .choice("severity", AlertSeverity.allCases.map(\.rawValue), "Of this severity."),
        .choice(
          "phase", AlertWorkflow.Phase.allCases.map(\.rawValue) + ["attention"],
          "Where the work on it stands; `attention` is everything that is not done."),
        .choice("assigned", ["me"], "Only those that are one's own task."),
      ],
      answers: .json(ListView<AlertView>.self), problems: [.notFound, .vaultUnavailable]),
    .showAlert: Operation(
      "One alert, with its log, its deliveries, and who is told next", answers: .json(AlertDetailView.self),
      problems: [.vaultUnavailable]),
    .acknowledgeAlert: Operation(
      "Takes note of an alert", answers: .json(AlertView.self), problems: [.vaultUnavailable]),
    .assignAlert: Operation(
      "Makes an alert somebody's task", body: .json(DashboardAPI.Assignment.self), answers: .json(AlertView.self),
      problems: [.noSuchClinician, APIProblem(.isResolved), .vaultUnavailable]),
    .snoozeAlert: Operation(
      "Puts an alert off: nobody is told of it again before that time",
      body: .json(DashboardAPI.Snooze.self, ["minutes": .integer(1...1440), "reason": .text(1...200)]),
      answers: .json(AlertView.self),
      problems: [
        .reasonMissing, APIProblem(.isResolved), APIProblem(.snoozeTooLong), .keyRefused, .vaultUnavailable,
      ]),
    .resolveAlert: Operation(
      "Says that nothing is left to be done about an alert",
      body: .json(DashboardAPI.Resolution.self, ["reason": .text(1...200)]), answers: .json(AlertView.self),
      problems: [.reasonMissing, .keyRefused, .vaultUnavailable]),
    .showPlan: Operation(
      "How a patient's alerts reach people", answers: .json(DashboardAPI.PlanView.self), problems: [.vaultUnavailable]),
    .putPlan: Operation(
      "Says how a patient's alerts reach people", body: .json(DashboardAPI.Draft.self),
      answers: .json(DashboardAPI.PlanView.self),
      problems: [.badPlan(""), .planChanged, .vaultUnavailable]),
    .previewPlan: Operation(
      "What a plan would have done on the last 24 hours", body: .json(DashboardAPI.Draft.self),
      answers: .json(DashboardAPI.PreviewView.self), problems: [.badPlan(""), .keyRefused, .vaultUnavailable]),
    .showAcknowledgementLink: Operation(
      "What the link in a mail is about; changes nothing", answers: .json(DashboardAPI.LinkView.self),
      problems: [.linkExpired, .tooManyAttempts(retryAfterSeconds: 5), .vaultUnavailable]),
    .followAcknowledgementLink: Operation(
      "Takes note of the alert that the link in a mail is about", answers: .json(DashboardAPI.LinkView.self),
      problems: [.linkExpired, .tooManyAttempts(retryAfterSeconds: 5), .vaultUnavailable]),
  ]
}

extension MailAddress: SchemaDescribed {
  static func schema(in book: inout SchemaBook) -> JSONValue { Schema.text(3...254).json }
}

extension PolicyOverride: SchemaDescribed {
  static func schema(in book: inout SchemaBook) -> JSONValue {
    ["type": "object", "description": "Limits that differ, by rule; docs/alerts.md."]
  }
}

extension PolicyOverride.Value: SchemaDescribed {
  static func schema(in book: inout SchemaBook) -> JSONValue { Schema.any.json }
}
