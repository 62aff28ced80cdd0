internal import AlertDelivery

extension AlertNotice.Occasion {
  /// What a subject line begins with; empty for the first telling.
  var prefix: String {
    switch self {
    case .opened: ""
    case .worsened: "Worse: "
    case .reminder: "Not acknowledged: "
    case .resolved: "Over: "
    case .escalated: "Nobody took note: "
    case .digest, .backlog: ""
    }
  }

  /// What a German subject line begins with; empty for the first telling.
  var germanPrefix: String {
    switch self {
    case .opened, .digest, .backlog: ""
    case .worsened: "Schlimmer: "
    case .reminder: "Nicht quittiert: "
    case .resolved: "Vorüber: "
    case .escalated: "Niemand hat quittiert: "
    }
  }

  /// The event's name for a machine.
  var event: String {
    switch self {
    case .opened: "alert.opened"
    case .worsened: "alert.worsened"
    case .reminder: "alert.reminder"
    case .resolved: "alert.resolved"
    case .escalated: "alert.escalated"
    case .digest: "alert.digest"
    case .backlog: "alert.backlog"
    }
  }
}
