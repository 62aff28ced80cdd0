internal import AlertDelivery
internal import Findings

extension AlertRule {
  /// What a reader calls it.
  var title: String {
    switch self {
    case .ventricularFibrillation: "Ventricular tachycardia or fibrillation suspected"
    case .asystole: "Asystole suspected"
    case .ventricularRun: "Run of ventricular beats"
    case .tachycardia: "Tachycardia"
    case .bradycardia: "Bradycardia"
    case .pause: "Pause without a beat"
    case .supraventricularTachycardia: "Supraventricular tachycardia"
    case .atrialFibrillation: "Atrial fibrillation suspected"
    case .sustainedAbnormalRhythm: "Sustained abnormal rhythm"
    case .bigeminy: "Ventricular bigeminy"
    case .trigeminy: "Ventricular trigeminy"
    case .couplets: "Ventricular couplets"
    case .ectopicBurden: "Ectopic burden"
    case .leadOff: "Electrode without contact"
    case .poorSignal: "No heart rhythm can be read"
    case .noData: "No data"
    case .lowBattery: "Battery low"
    case .deviceClock: "Device clock wrong"
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
    case .escalated: "Nobody took note: "
    case .digest, .backlog: ""
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
