/// The limits by which rhythms are told. The clinic that runs the system may choose others.
public struct RhythmCriteria: Hashable, Sendable, Codable {
  /// Beats a minute from which three ventricular beats in a row are a tachycardia: 100 (2017 AHA/ACC/HRS guideline on
  /// ventricular arrhythmias).
  public var ventricularTachycardiaRate = 100.0
  /// Beats a minute from which three supraventricular ectopic beats in a row are a tachycardia.
  public var supraventricularTachycardiaRate = 100.0
  /// Seconds from which an RR interval is a pause. An alarm may ask for more.
  public var pauseSeconds = 2.0
  /// Seconds without a beat from which it is asystole.
  public var asystoleSeconds = 4.0
  /// Median beats a minute from which it is tachycardia …
  public var tachycardiaRate = 100.0
  /// … and below which it is over.
  public var tachycardiaEndRate = 95.0
  /// Median beats a minute below which it is bradycardia (50: 2018 ACC/AHA/HRS guideline on bradycardia) …
  public var bradycardiaRate = 50.0
  /// … and above which it is over.
  public var bradycardiaEndRate = 55.0
  /// Seconds for which a rate must stay beyond its limit, and within it for the end.
  public var rateSeconds = 10.0

  /// The defaults.
  public init() {}
}
