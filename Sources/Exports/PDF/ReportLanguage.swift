/// The language of a report on paper.
public enum ReportLanguage: String, Sendable, CaseIterable {
  /// English.
  case english = "en"
  /// German.
  case german = "de"
}

/// What a report says besides its numbers.
struct ReportWords {
  let language: ReportLanguage
  let title, born, device, session, clockNotSet: String
  let beats, abnormal, missing, leadsOff, intervals, mean: String
  let disclaimer, trend, grey: String
  let episodes, none, number, begins, lasts, severity, episode, measured, goesOn, strip: String
  let notes, at, author, note: String
  let labels: String

  static func of(_ language: ReportLanguage) -> ReportWords {
    switch language {
    case .english: english
    case .german: german
    }
  }

  private static let english = ReportWords(
    language: .english, title: "ECG report", born: "Born", device: "Device", session: "Session",
    clockNotSet: "the device's clock was not synchronised", beats: "Beats", abnormal: "abnormal", missing: "Missing",
    leadsOff: "leads off", intervals: "Normal-to-normal intervals", mean: "mean",
    disclaimer: "Beats and episodes were found by a machine: an aid, not a diagnosis.",
    trend: "Heart rate, beats per minute: median, least and greatest of each part",
    grey: "Grey: mostly missing or leads off.", episodes: "Episodes", none: "None.", number: "No.",
    begins: "Begins (UTC)", lasts: "Lasts", severity: "Severity", episode: "Episode", measured: "What was measured",
    goesOn: "goes on", strip: "strip from", notes: "Clinicians' notes", at: "At (UTC)", author: "Author", note: "Note",
    labels: "V/N: a clinician has called the machine's V an N")

  private static let german = ReportWords(
    language: .german, title: "EKG-Bericht", born: "Geboren", device: "Gerät", session: "Sitzung",
    clockNotSet: "die Uhr des Geräts war nicht gestellt", beats: "Schläge", abnormal: "auffällig", missing: "Es fehlen",
    leadsOff: "Elektroden ab", intervals: "Normal-zu-normal-Intervalle", mean: "Mittel",
    disclaimer: "Schläge und Episoden hat eine Maschine gefunden: eine Hilfe, keine Diagnose.",
    trend: "Herzfrequenz, Schläge pro Minute: Median, kleinste und größte jedes Abschnitts",
    grey: "Grau: größtenteils fehlend oder Elektroden ab.", episodes: "Episoden", none: "Keine.", number: "Nr.",
    begins: "Beginn (UTC)", lasts: "Dauer", severity: "Dringlichkeit", episode: "Episode", measured: "Messung",
    goesOn: "dauert an", strip: "Streifen ab", notes: "Ärztliche Notizen", at: "Zeit (UTC)", author: "Von",
    note: "Notiz", labels: "V/N: was die Maschine V nannte, nannte ein Mensch N")

  /// From when to when, and how many hours that is.
  func span(_ from: CivilTime, _ until: CivilTime, hours: String) -> String {
    switch language {
    case .english: "From \(from.readable) to \(until.readable) UTC, \(hours) h"
    case .german: "Von \(from.readable) bis \(until.readable) UTC, \(hours) h"
    }
  }

  /// When and by whom a report was made.
  func made(_ time: CivilTime, by account: String) -> String {
    switch language {
    case .english: "Made \(time.readable) UTC by \(account)."
    case .german: "Erstellt \(time.readable) UTC von \(account)."
    }
  }

  /// That more is there than is shown.
  func more(_ count: Int) -> String {
    switch language {
    case .english: "\(count) more are not shown."
    case .german: "\(count) weitere sind nicht gezeigt."
    }
  }

  /// With the language's decimal sign.
  func decimal(_ number: String) -> String { language == .german ? number.replacing(".", with: ",") : number }
}
