/// The rhythms that the analysis names.
public enum Rhythm: String, CaseIterable, Hashable, Sendable, Codable {
  /// Two ventricular beats in a row.
  case couplet
  /// Three or more ventricular beats in a row at 100 a minute or more.
  case ventricularTachycardia
  /// Three or more ventricular beats in a row below 100 a minute: accelerated idioventricular rhythm, or escape.
  case idioventricular
  /// Every second beat is ventricular.
  case bigeminy
  /// Every third beat is ventricular.
  case trigeminy
  /// Three or more supraventricular ectopic beats in a row at 100 a minute or more.
  case supraventricularTachycardia
  /// Irregular without a pattern, and without P waves: atrial fibrillation, or atrial flutter with changing conduction.
  case atrialFibrillation
  /// Ventricular flutter, fibrillation or tachycardia, seen in the waveform and not in beats, which cannot be told there.
  case ventricularFibrillation
  /// A median rate above the limit.
  case tachycardia
  /// A median rate below the limit.
  case bradycardia
  /// A single interval without a beat, longer than the limit.
  case pause
  /// No beat for so long that none may come.
  case asystole

  /// What a clinician reads.
  public var clinicalName: String {
    switch self {
    case .couplet: "Ventricular couplet"
    case .ventricularTachycardia: "Ventricular tachycardia"
    case .idioventricular: "Idioventricular rhythm"
    case .bigeminy: "Ventricular bigeminy"
    case .trigeminy: "Ventricular trigeminy"
    case .supraventricularTachycardia: "Supraventricular tachycardia"
    case .atrialFibrillation: "Atrial fibrillation"
    case .ventricularFibrillation: "Ventricular flutter, fibrillation or fast tachycardia"
    case .tachycardia: "Tachycardia"
    case .bradycardia: "Bradycardia"
    case .pause: "Pause"
    case .asystole: "Asystole"
    }
  }
}
