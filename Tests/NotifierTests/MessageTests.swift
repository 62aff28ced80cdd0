import AlertDelivery
import AlertPolicy
import Findings
import Foundation
import Notifier
import RhythmScripts
import Sealing
import Store
import Testing
import Wire

@Suite("What a message says, and how it is written")
struct MessageTests {
  private let sender = MailAddress("sealedbeat@clinic.example")!  // A valid address.
  private let links = AlertLinks(prefix: "https://ward.example/alerts/")

  private func notice(
    _ occasion: AlertNotice.Occasion = .opened, patient: String = "P-QRST", explanation: String = "142/min."
  ) -> AlertNotice {
    let body = AlertBody(
      rule: .tachycardia, severity: .high, onset: 1_700_000_000_000_000, onsetSample: 5, explanation: explanation,
      heartRate: 142, abnormalProbability: 0.974, beatCount: 10, abnormalBeatCount: 7)
    return AlertNotice(
      occasion: occasion, alert: AlertID(reference: Names.reference, rule: .tachycardia, onset: body.onset),
      reference: Names.reference, patient: patient, body: body, receiver: .mailbox(Ward.mailbox),
      writtenAt: 1_700_000_100_000_000)
  }

  @Test("headers and content of a mail")
  func mail() throws {
    let composer = MailComposer(sender: sender, senderName: "SealedBeat", links: links, timeZone: "Asia/Kolkata")
    let mail = composer.compose(notice(), to: Ward.mailbox)
    let parts = mail.components(separatedBy: "\r\n\r\n")
    let headers = try #require(parts.first).components(separatedBy: "\r\n")
    #expect(headers.contains("Date: Wed, 15 Nov 2023 03:45:00 +0530"))
    #expect(headers.contains("From: \"SealedBeat\" <sealedbeat@clinic.example>"))
    #expect(headers.contains("To: <ward@clinic.example>"))
    #expect(headers.contains("Auto-Submitted: auto-generated"))
    #expect(headers.contains("Message-ID: <\(notice().outboxID)@clinic.example>"))
    #expect(!headers.contains { $0.hasPrefix("References") })
    for text in [
      "P-QRST", "high", "142/min", "97.4", "2023-11-14 22:13:20 UTC (2023-11-15 03:43:20 +05:30)",
      "https://ward.example/alerts/\(notice().alert)", "\(Names.session())",
    ] {
      #expect(mail.replacingOccurrences(of: "=\r\n", with: "").contains(text), "\(text)")
    }
    #expect(mail.components(separatedBy: "\r\n").allSatisfy { $0.utf8.count <= 300 })
    #expect(!mail.replacingOccurrences(of: "\r\n", with: "").contains("\n"))
    #expect(composer.compose(notice(), to: Ward.mailbox) == mail)
  }

  @Test("two parts say the same, in lines that nothing on the way has a reason to rewrite")
  func alternative() throws {
    let links = AlertLinks(prefix: "https://ward.example/", acknowledgementPrefix: "https://ward.example/acknowledge#")
    let composer = MailComposer(sender: sender, senderName: "SealedBeat", links: links, timeZone: nil)
    var notice = notice(explanation: "142/min <b>& \"more\"")
    notice.acknowledgement = "TOKEN"
    let mail = composer.compose(notice, to: Ward.mailbox)
    let boundary = "=_\(notice.outboxID)"
    #expect(mail.contains("Content-Type: multipart/alternative;\r\n boundary=\"\(boundary)\"\r\n"))
    #expect(boundary.utf8.count <= 70)
    let parts = mail.components(separatedBy: "--\(boundary)")
    #expect(parts.count == 4 && parts[3] == "--\r\n")
    let plain = parts[1].replacingOccurrences(of: "=\r\n", with: "")
    let html = parts[2].replacingOccurrences(of: "=\r\n", with: "")
    #expect(plain.contains("text/plain") && plain.contains("142/min <b>& \"more\""))
    #expect(html.contains("text/html") && html.contains("142/min &lt;b&gt;&amp; &quot;more&quot;"))
    for part in [plain, html] { #expect(part.contains("https://ward.example/acknowledge#TOKEN")) }
    #expect(!html.contains("src=") && !html.contains("<link") && !html.contains("<style"))
    let names = mail.components(separatedBy: "\r\n\r\n")[0].replacingOccurrences(of: "\r\n ", with: " ")
      .components(separatedBy: "\r\n").map { $0.prefix { $0 != ":" }.lowercased() }
    #expect(Set(names).count == names.count)
    for part in [parts[1], parts[2]] {
      #expect(part.components(separatedBy: "\r\n").allSatisfy { $0.utf8.count <= 76 })
    }
    #expect(mail.utf8.allSatisfy { $0 < 0x80 })
  }

  @Test(
    "what waited comes in one message in a thread of its own, each alert with its link, and none can be acknowledged in it"
  )
  func gathering() throws {
    let composer = MailComposer(sender: sender, senderName: "SealedBeat", links: links, timeZone: nil)
    for occasion in [AlertNotice.Occasion.digest(3), .backlog(4)] {
      var notice = notice(occasion)
      notice.gathered = (0..<60).map { number in
        AlertEpisode(
          id: AlertID(reference: Names.reference, rule: .pause, onset: UInt64(number)), body: notice.body)
      }
      let mail = composer.compose(notice, to: Ward.mailbox).replacingOccurrences(of: "=\r\n", with: "")
      #expect(mail.contains("60") && mail.contains("10 more"))
      #expect(!mail.contains("References:"))
      #expect(mail.components(separatedBy: "Strip and acknowledgement: https").count == 51)
      let payload = try JSONSerialization.jsonObject(with: Data(WebhookPayload(notice, links: links).encoded()))
      #expect(((payload as? [String: Any])?["alerts"] as? [Any])?.count == 60)
    }
  }

  @Test("later mails of an episode stand in its thread")
  func thread() {
    let composer = MailComposer(sender: sender, senderName: "SealedBeat", links: links, timeZone: nil)
    let first = composer.messageID(notice().outboxID)
    for occasion in [AlertNotice.Occasion.worsened, .reminder(2), .resolved] {
      let mail = composer.compose(notice(occasion), to: Ward.mailbox)
      #expect(mail.contains("References: \(first)\r\n"))
      #expect(!mail.contains("Message-ID: \(first)"))
    }
  }

  @Test("no value can begin a header, and other scripts travel as encoded words")
  func injection() {
    let composer = MailComposer(sender: sender, senderName: "Étage 3 \"B\"\r\nBcc: x@y.z", links: links, timeZone: nil)
    let mail = composer.compose(
      notice(patient: "P\r\nBcc: thief@example.com", explanation: "a\r\n.\r\nb"), to: Ward.mailbox)
    let headers = mail.components(separatedBy: "\r\n\r\n")[0].components(separatedBy: "\r\n")
    #expect(!headers.contains { $0.lowercased().hasPrefix("bcc") })
    #expect(headers.contains { $0.hasPrefix("From: =?utf-8?B?") })
    #expect(headers.allSatisfy { $0.utf8.allSatisfy { $0 < 0x80 } })
  }

  @Test(
    "addresses that could carry a command are refused",
    arguments: [
      "", "a", "a@", "@b.c", "a@b@c", "a b@c.d", "a@b.c>", "a@b.c\r\nRCPT TO:<x@y.z>", "\"a\"@b.c", ".a@b.c",
      "a..b@c.d",
      "a@-é.c",
    ])
  func addresses(text: String) { #expect(MailAddress(text) == nil) }

  @Test("names of messages depend on alert, occasion and receiver alone")
  func names() {
    var other = notice()
    other.body.heartRate = 90
    other.writtenAt += 1
    #expect(other.outboxID == notice().outboxID)
    #expect(notice(.resolved).outboxID != notice().outboxID)
    #expect(notice(.reminder(1)).outboxID != notice(.reminder(2)).outboxID)
    other.receiver = .webhook("webhook")
    #expect(other.outboxID != notice().outboxID)
    #expect(!notice().outboxID.contains("ward@"))
  }

  @Test("the signature is HMAC-SHA256 over time and body")
  func signature() {
    // printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac key
    let signature = WebhookSignature.sign(
      Array(#"{"a":1}"#.utf8), at: 1_700_000_000, secret: SecretBytes(copying: Array("key".utf8)))
    #expect(signature == "t=1700000000,v1=a438e398bfafc57e4396bb7fc2304422f0f768e965d073ca313cb52e22e6ad03")
  }

  @Test("waits grow to a limit, within their jitter, and end")
  func schedule() {
    let schedule = RetrySchedule()
    var longest = 0.0
    for attempt in 1..<40 {
      guard case .retry(let late) = schedule.decide(attempts: attempt, createdAt: 0, now: 0, jitter: 1),
        case .retry(let early) = schedule.decide(attempts: attempt, createdAt: 0, now: 0, jitter: 0)
      else { return #expect(Bool(false), "given up at \(attempt)") }
      let wait = Double(late) / 1e6
      #expect(wait >= longest && wait <= 900)
      #expect(Double(early) / 1e6 == wait / 2)
      longest = wait
    }
    #expect(longest == 900)
    #expect(schedule.decide(attempts: 40, createdAt: 0, now: 0, jitter: 1) == .giveUp)
    #expect(schedule.decide(attempts: 2, createdAt: 0, now: 86_400_000_000, jitter: 1) == .giveUp)
    #expect(
      schedule.decide(attempts: 1, createdAt: 0, now: 0, jitter: 1, askedFor: 120) == .retry(at: 120_000_000))
    #expect(
      schedule.decide(attempts: 1, createdAt: 0, now: 0, jitter: 1, askedFor: 1e9) == .retry(at: 900_000_000))
  }
}
