import AlertDelivery
import AlertPolicy
import Findings
import Foundation
import Notifier
import RhythmScripts
import Store
import Testing
import Wire

@Suite("A mail to somebody who reads German")
struct GermanMailTests {
  private let composer = MailComposer(
    sender: MailAddress("sealedbeat@clinic.example")!,  // A valid address.
    senderName: "SealedBeat", links: AlertLinks(prefix: "https://ward.example/alerts/"), timeZone: nil)

  private func mail(_ body: AlertBody, _ occasion: AlertNotice.Occasion = .opened, gathered: [AlertEpisode] = [])
    -> String
  {
    let notice = AlertNotice(
      occasion: occasion, alert: AlertID(reference: Names.reference, rule: body.rule, onset: body.onset),
      reference: Names.reference, patient: "P-QRST", body: body, receiver: .mailbox(Ward.mailbox),
      writtenAt: 1_700_000_100_000_000, gathered: gathered, language: .german)
    return composer.compose(notice, to: Ward.mailbox)
  }

  /// The plain part, decoded.
  private func plain(_ mail: String) throws -> String {
    let part = try #require(mail.components(separatedBy: "Content-Type: text/plain").dropFirst().first)
    let body = part.components(separatedBy: "\r\n\r\n").dropFirst().joined(separator: "\r\n\r\n")
    let joined = body.replacingOccurrences(of: "=\r\n", with: "").replacingOccurrences(of: "\r\n", with: "\n")
    var bytes: [UInt8] = []
    var rest = Array(joined.utf8)[...]
    while let octet = rest.popFirst() {
      if octet == UInt8(ascii: "="), let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
        bytes.append(code)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(octet)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func subject(_ mail: String) throws -> String {
    let head = try #require(mail.components(separatedBy: "\r\n\r\n").first).replacingOccurrences(of: "\r\n ", with: "")
    let line = try #require(head.components(separatedBy: "\r\n").first { $0.hasPrefix("Subject: ") }).dropFirst(9)
    guard line.hasPrefix("=?") else { return String(line) }
    return line.replacingOccurrences(of: "?==?utf-8?B?", with: "?=\n=?utf-8?B?").split(separator: "\n").map {
      String(decoding: Data(base64Encoded: String($0.dropFirst(10).dropLast(2))) ?? Data(), as: UTF8.self)
    }.joined()
  }

  @Test("subject, sentence and labels are German; the numbers are written as German writes them")
  func opened() throws {
    var script = RhythmScript()
    script.rhythm(60, rate: 75)
    script.rhythm(60, rate: 155)
    let alerts = PolicyReplay.alerts(
      of: script.findings(), reference: Names.reference, under: AlertPolicyConfiguration())
    var body = try #require(alerts.first).body
    body.abnormalProbability = 0.974
    body.beatCount = 10
    let mail = mail(body, .escalated(2))
    #expect(mail.contains("Content-Language: de\r\n") && mail.contains("<html lang=3D\"de\">"))
    #expect(try subject(mail) == "[hoch] Niemand hat quittiert: Tachykardie – P-QRST")
    let text = try plain(mail)
    for words in [
      "Herzfrequenz (Median) 155/min; Grenze ab 130/min über 30 s.", "Dringlichkeit: hoch", "Seit:          2023-11-14",
      "P(auffällig):  97,4 % (höchste der Episode)", "Schläge:       10, auffällig 0",
      "Streifen und Quittierung: https",
      "ersetzt niemandes Urteil",
    ] {
      #expect(text.contains(words), "\(words) in \(text)")
    }
    for english in ["Severity", "Heart rate", "limit", "machine"] { #expect(!text.contains(english)) }
  }

  @Test("a digest gathers in German")
  func digest() throws {
    let body = AlertBody(
      rule: .bigeminy, severity: .low, onset: 1, onsetSample: 1, explanation: "Every second beat ventricular.",
      evidence: [
        AlertEvidence("pattern-seconds", 21.5, unit: "s", limit: 20),
        AlertEvidence("ventricular-beats", 12, unit: "beats"), AlertEvidence("clock-unset", 1, unit: "flag"),
      ])
    let episodes = (0..<52).map {
      AlertEpisode(id: AlertID(reference: Names.reference, rule: .bigeminy, onset: UInt64($0)), body: body)
    }
    let mail = mail(body, .digest(1), gathered: episodes)
    #expect(try subject(mail) == "[niedrig] 52 Alarme seit der letzten Sammelmeldung – P-QRST")
    let text = try plain(mail)
    #expect(
      text.contains(
        "21,5 s lang jeder zweite Schlag ventrikulär, 12-mal; Grenze 20 s. Die Uhr des Geräts war nicht gestellt"))
    #expect(text.contains("2 weitere stehen auf der Seite.") && text.contains("die gewartet haben"))
  }

  @Test("a body that is older than its numbers says the sentence that it was written with")
  func old() throws {
    let body = AlertBody(
      rule: .pause, severity: .medium, onset: 1, onsetSample: 1, explanation: "No beat for 3.4 s; limit 3 s.")
    #expect(try plain(mail(body)).contains("No beat for 3.4 s; limit 3 s."))
  }

  /// What the policy finds in rhythms of every kind, and what only the server sees.
  private func everyRule() -> [AlertBody] {
    var bodies: [AlertBody] = []
    func run(_ write: (inout RhythmScript) -> Void) {
      var script = RhythmScript()
      script.rhythm(60, rate: 75)
      write(&script)
      script.rhythm(60, rate: 75)
      bodies += PolicyReplay.alerts(
        of: script.findings(), reference: Names.reference, under: AlertPolicyConfiguration()
      ).map(\.body)
    }
    run { $0.rhythm(90, rate: 160) }
    run { $0.rhythm(90, rate: 38) }
    run { $0.pause(3.5) }
    run { $0.silence(20) }
    run { $0.waveform(20, ventricular: 0.9) }
    run { $0.fibrillation(180, probability: 0.9) }
    run { $0.beats("NVV", rate: 120) }
    run { $0.beats("NVVVVVVN", rate: 150) }
    run { $0.beats("NVnVVVVN", rate: 150) }
    run { $0.beats("NSSSSSSSN", rate: 150) }
    run { $0.beats("NV", 60, rate: 80) }
    run { $0.beats("NNV", 60, rate: 80) }
    run { $0.beats("NNNNNVV", 120, rate: 90) }
    run { $0.rhythm(120, rate: 80, abnormalEvery: 2) }
    run { $0.leadOff(20) }
    run { $0.leadOff(20, .negative) }
    return bodies
  }

  @Test("every rule that findings of a rhythm can ring has a German sentence of its own, without a gap")
  func sentences() throws {
    let bodies = everyRule()
    let expected: Set<AlertRule> = [
      .tachycardia, .bradycardia, .pause, .asystole, .ventricularFibrillation, .atrialFibrillation, .ventricularRun,
      .supraventricularTachycardia, .bigeminy, .trigeminy, .couplets, .sustainedAbnormalRhythm, .leadOff,
    ]
    #expect(Set(bodies.map(\.rule)).isSuperset(of: expected), "\(expected.subtracting(bodies.map(\.rule)))")
    for body in bodies {
      let text = try plain(mail(body))
      #expect(!text.contains(body.explanation), "\(body.rule): \(body.explanation)")
      #expect(text.contains("Grenze") || text.contains("asystolieartig ab"), "\(body.rule): \(text)")
    }
  }

  @Test("what is technical is said in German too")
  func technical() throws {
    for (rule, evidence, said) in [
      (
        AlertRule.noData, [AlertEvidence("silence", 61, unit: "s", limit: 60)],
        "Seit 61 s ist vom Gerät nichts eingetroffen; Grenze 60 s."
      ),
      (
        .lowBattery, [AlertEvidence("battery", 0.125, unit: "share", limit: 0.15)],
        "Der Akku ist zu 12,5 % geladen; Grenze 15 %."
      ),
      (
        .deviceClock, [AlertEvidence("clock-delay", -14, unit: "s", limit: -10)],
        "Messwerte sind 14 s nach ihrem Eintreffen datiert; Grenze 10 s."
      ),
      (
        .deviceClock, [AlertEvidence("clock-delay", 420, unit: "s", limit: 300)],
        "Messwerte treffen gleichbleibend 7 min nach ihrem Datum ein; Grenze 5 min."
      ),
      (
        .deviceClock,
        [AlertEvidence("clock-unset", 1, unit: "flag"), AlertEvidence("duration", 301, unit: "s", limit: 300)],
        "Die Uhr des Geräts ist seit 5 min nicht gestellt: Zeiten sind seine eigenen."
      ),
    ] {
      let body = AlertBody(
        rule: rule, severity: .low, onset: 1, onsetSample: 1, explanation: "English.", evidence: evidence)
      #expect(try plain(mail(body)).contains(said), "\(said)")
    }
  }
}
