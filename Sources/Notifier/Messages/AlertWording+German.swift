internal import AlertDelivery
internal import Findings

extension AlertRule {
  /// What a reader calls it in German.
  var germanTitle: String {
    switch self {
    case .ventricularFibrillation: "Verdacht auf Kammertachykardie oder -flimmern"
    case .asystole: "Verdacht auf Asystolie"
    case .ventricularRun: "Salve ventrikulärer Schläge"
    case .tachycardia: "Tachykardie"
    case .bradycardia: "Bradykardie"
    case .pause: "Pause ohne Schlag"
    case .supraventricularTachycardia: "Supraventrikuläre Tachykardie"
    case .atrialFibrillation: "Verdacht auf Vorhofflimmern"
    case .sustainedAbnormalRhythm: "Anhaltend auffälliger Rhythmus"
    case .bigeminy: "Ventrikulärer Bigeminus"
    case .trigeminy: "Ventrikulärer Trigeminus"
    case .couplets: "Ventrikuläre Couplets"
    case .ectopicBurden: "Viele auffällige Schläge"
    case .leadOff: "Elektrode ohne Kontakt"
    case .poorSignal: "Kein Herzrhythmus lesbar"
    case .noData: "Keine Daten"
    case .lowBattery: "Akku schwach"
    case .deviceClock: "Uhr des Geräts falsch"
    }
  }
}

extension AlertNotice.Occasion {
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
}
