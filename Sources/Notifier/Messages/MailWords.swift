internal import AlertDelivery
internal import AlertPolicy
internal import Findings

/// What a mail says besides its numbers, in the language of its reader.
struct MailWords: Sendable {
  /// The reader's language, as HTML names it too.
  let language: MessageLanguage

  let patient, severity, since, until, heartRate, abnormalProbability, beats, device, session: String
  /// Behind the highest P(abnormal).
  let highest: String
  /// Between the number of beats and that of the abnormal ones.
  let abnormal: String
  /// Before the link that takes note without a sign-in, and before the one to the alert's page.
  let takeNote, lookAtIt: String
  let digest, backlog: String
  let disclaimer: String

  /// The words of a language.
  static func of(_ language: MessageLanguage?) -> MailWords {
    switch language ?? .english {
    case .english: english
    case .german: german
    }
  }

  private static let english = MailWords(
    language: .english, patient: "Patient", severity: "Severity", since: "Since", until: "Until",
    heartRate: "Heart rate", abnormalProbability: "P(abnormal)", beats: "Beats", device: "Device", session: "Session",
    highest: "highest of the episode", abnormal: "abnormal",
    takeNote: "Take note of it (asks before it does anything; good for 24 hours)",
    lookAtIt: "Strip and acknowledgement", digest: "Digest", backlog: "After an interruption",
    disclaimer: "This message comes from a machine. It may be wrong, and it replaces nobody's judgement.")

  private static let german = MailWords(
    language: .german, patient: "Patient", severity: "Dringlichkeit", since: "Seit", until: "Bis",
    heartRate: "Herzfrequenz", abnormalProbability: "P(auffällig)", beats: "Schläge", device: "Gerät",
    session: "Sitzung", highest: "höchste der Episode", abnormal: "auffällig",
    takeNote: "Quittieren (fragt nach, bevor etwas geschieht; gilt 24 Stunden)", lookAtIt: "Streifen und Quittierung",
    digest: "Sammelmeldung", backlog: "Nach einer Unterbrechung",
    disclaimer: "Diese Nachricht kommt von einer Maschine. Sie kann falsch sein und ersetzt niemandes Urteil.")

  /// Why several alerts come in one message.
  func gathered(_ occasion: AlertNotice.Occasion, of patient: String) -> String {
    if case .backlog = occasion {
      return language == .german
        ? "Was das Gerät von \(patient) inzwischen aufgezeichnet hat, ist eingetroffen. Diese Alarme begannen in dieser Zeit."
        : "What the device of \(patient) recorded meanwhile has arrived. These alerts began in that time."
    }
    return language == .german
      ? "Alarme von \(patient), die gewartet haben: Ruhezeit, oder mehr Nachrichten an einem Tag, als der Plan zulässt."
      : "Alerts of \(patient) that waited: quiet hours, or more messages in a day than the plan allows."
  }

  /// That a message holds no more of them.
  func more(_ count: Int) -> String {
    language == .german ? "\(count) weitere stehen auf der Seite." : "\(count) more are on the page."
  }

  /// The subject, without the severity before it.
  func subject(_ notice: AlertNotice) -> String {
    let count = notice.gathered.count
    switch notice.occasion {
    case .digest:
      return
        (language == .german
        ? "\(count) Alarme seit der letzten Sammelmeldung" : "\(count) alerts since the last digest")
        + " – \(notice.patient)"
    case .backlog:
      return
        (language == .german ? "\(count) Alarme nach einer Unterbrechung" : "\(count) alerts after an interruption")
        + " – \(notice.patient)"
    case .opened, .worsened, .reminder, .resolved, .escalated:
      return "\(prefix(notice.occasion))\(language.title(of: notice.body.rule)) – \(notice.patient)"
    }
  }

  /// What a subject line begins with; empty for the first telling.
  func prefix(_ occasion: AlertNotice.Occasion) -> String {
    language == .german ? occasion.germanPrefix : occasion.prefix
  }

  /// A share of one: `97.4 %`, `97,4 %`.
  func percent(_ share: Double) -> String {
    let text = Figure.percent(share)
    return language == .german ? text.replacing(".", with: ",") : text
  }
}
