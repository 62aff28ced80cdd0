internal import Findings

extension AlertRule {
  /// What a reader calls it in English.
  var englishTitle: String {
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
