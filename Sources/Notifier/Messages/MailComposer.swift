internal import AlertPolicy
internal import Findings
internal import Foundation
internal import Wire

/// Writes an alert as an Internet message (RFC 5322), with pseudonym and numbers; never a name or a waveform.
public struct MailComposer: Sendable {
  private let sender: MailAddress
  private let senderName: String
  private let links: AlertLinks
  private let zone: TimeZone?

  /// - Parameters:
  ///   - sender: the address in `From`; its domain ends every Message-ID.
  ///   - senderName: the name beside it.
  ///   - links: where the dashboard shows an alert.
  ///   - timeZone: an IANA name; times are told in UTC and in this zone.
  public init(sender: MailAddress, senderName: String, links: AlertLinks, timeZone: String?) {
    self.sender = sender
    self.senderName = senderName
    self.links = links
    zone = timeZone.flatMap(TimeZone.init(identifier:))
  }

  /// The message for one mailbox. The same notice always gives the same bytes, Message-ID and Date included.
  public func compose(_ notice: AlertNotice, to recipient: MailAddress) -> String {
    var headers = [
      "Date: \(CivilTime(notice.writtenAt, in: zone).mailDate)",
      "From: \(MailEncoding.header(senderName).quotedPhrase) <\(sender)>",
      "To: <\(recipient)>",
      "Subject: \(MailEncoding.header(subject(notice)))",
      "Message-ID: \(messageID(notice.outboxID))",
      // RFC 3834 §5: nobody's holiday reply is wanted.
      "Auto-Submitted: auto-generated",
      "X-Auto-Response-Suppress: All",
    ]
    if notice.outboxID != notice.threadID {
      headers.append("In-Reply-To: \(messageID(notice.threadID))")
      headers.append("References: \(messageID(notice.threadID))")
    }
    if notice.body.severity == .high, notice.occasion != .resolved { headers.append("Importance: high") }
    headers += [
      "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: quoted-printable",
    ]
    return headers.joined(separator: "\r\n") + "\r\n\r\n" + MailEncoding.quotedPrintable(text(notice)) + "\r\n"
  }

  /// The Message-ID of a message of the outbox.
  public func messageID(_ outboxID: String) -> String { "<\(outboxID)@\(sender.domain)>" }

  private func subject(_ notice: AlertNotice) -> String {
    "[\(notice.body.severity.rawValue)] \(notice.occasion.prefix)\(notice.body.rule.title) – \(notice.patient)"
  }

  private func text(_ notice: AlertNotice) -> String {
    let body = notice.body
    var lines = [
      "\(notice.occasion.prefix)\(body.rule.title)", "", body.explanation, "",
      "Patient:     \(notice.patient)", "Severity:    \(body.severity.rawValue)", "Since:       \(time(body.onset))",
    ]
    if let end = body.end { lines.append("Until:       \(time(end))") }
    if let rate = body.heartRate { lines.append("Heart rate:  \(Figure.rate(rate))") }
    if let probability = body.abnormalProbability {
      lines.append("P(abnormal): \(Figure.percent(probability)) (highest of the episode)")
    }
    if body.beatCount > 0 { lines.append("Beats:       \(body.beatCount), abnormal \(body.abnormalBeatCount)") }
    lines += ["Device:      \(notice.reference.device)", "Session:     \(notice.reference.session)"]
    if let link = links.link(to: notice.alert) { lines += ["", "Strip and acknowledgement: \(link)"] }
    lines += ["", "This message comes from a machine. It may be wrong, and it replaces nobody's judgement."]
    return lines.joined(separator: "\n")
  }

  private func time(_ microseconds: UInt64) -> String {
    let universal = CivilTime(microseconds).readable
    guard let zone, zone.secondsFromGMT() != 0 else { return universal }
    return "\(universal) (\(CivilTime(microseconds, in: zone).readable))"
  }
}

extension String {
  /// A display name: encoded words as they are, anything else as a quoted string (RFC 5322 §3.2.4).
  fileprivate var quotedPhrase: String {
    if hasPrefix("=?") { return self }
    return "\"" + replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}
