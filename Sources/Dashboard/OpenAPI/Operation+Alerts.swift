/// Alerts.
extension Operation {
  static let alerts: [Endpoint: Operation] = [
    .listAlerts: Operation(
      "The newest alerts, at most 200",
      query: [
        Parameter("patient", "Of one patient.", Parameter.pseudonym.schema),
        .flag("unresolved", "Only those that are not resolved."),
      ],
      answers: .json(ListView<AlertView>.self), problems: [.notFound, .vaultUnavailable]),
    .acknowledgeAlert: Operation(
      "Takes note of an alert", answers: .json(AlertView.self), problems: [.vaultUnavailable]),
  ]
}
