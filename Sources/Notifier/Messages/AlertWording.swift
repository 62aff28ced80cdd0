internal import Findings

extension AlertRule {
  /// What a reader calls it.
  var title: String {
    switch self {
    case .sustainedAbnormalRhythm: "Sustained abnormal rhythm"
    case .ectopicBurden: "Ectopic burden"
    case .tachycardia: "Tachycardia"
    case .bradycardia: "Bradycardia"
    case .pause: "Pause without a beat"
    case .leadOff: "Electrode without contact"
    case .noData: "No data"
    }
  }
}

extension AlertNotice.Occasion {
  /// What a subject line begins with; empty for the first telling.
  var prefix: String {
    switch self {
    case .opened: ""
    case .worsened: "Worse: "
    case .reminder: "Not acknowledged: "
    case .resolved: "Over: "
    }
  }

  /// The event's name for a machine.
  var event: String {
    switch self {
    case .opened: "alert.opened"
    case .worsened: "alert.worsened"
    case .reminder: "alert.reminder"
    case .resolved: "alert.resolved"
    }
  }
}
