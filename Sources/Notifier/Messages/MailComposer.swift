public import AlertDelivery
internal import AlertPolicy
internal import Findings
internal import Foundation
internal import Wire

/// Writes an alert as an Internet message (RFC 5322) of two parts that say the same (`multipart/alternative`, RFC 2046
/// §5.1.4), with pseudonym and numbers; never a name or a waveform.
///
/// Each header stands once, each line is ASCII of at most 76 characters in the body: nothing on the way has a reason to
/// rewrite it, which would break a DKIM signature (RFC 6376 §5.3).
public struct MailComposer: Sendable {
  /// Alerts of a gathering message that are told one by one.
  static let gatheredLimit = 50

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
      "Content-Language: \(MailWords.of(notice.language).language.rawValue)",
      // RFC 3834 §5: nobody's holiday reply is wanted.
      "Auto-Submitted: auto-generated",
      "X-Auto-Response-Suppress: All",
    ]
    if notice.outboxID != notice.threadID {
      headers.append("In-Reply-To: \(messageID(notice.threadID))")
      headers.append("References: \(messageID(notice.threadID))")
    }
    if notice.body.severity == .high, notice.occasion != .resolved { headers.append("Importance: high") }
    // "=_" cannot occur in quoted-printable text (RFC 2045 §6.7), so no line of a part is taken for its end.
    let boundary = "=_\(notice.outboxID)"
    headers += ["MIME-Version: 1.0", "Content-Type: multipart/alternative;\r\n boundary=\"\(boundary)\""]
    let content = content(notice)
    let parts = [("text/plain", content.text), ("text/html", content.html)].map { type, text in
      "--\(boundary)\r\nContent-Type: \(type); charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        + MailEncoding.quotedPrintable(text) + "\r\n"
    }
    return headers.joined(separator: "\r\n") + "\r\n\r\n" + parts.joined() + "--\(boundary)--\r\n"
  }

  /// The Message-ID of a message of the outbox.
  public func messageID(_ outboxID: String) -> String { "<\(outboxID)@\(sender.domain)>" }

  private func subject(_ notice: AlertNotice) -> String {
    let words = MailWords.of(notice.language)
    return "[\(words.language.name(of: notice.body.severity))] \(words.subject(notice))"
  }

  private func content(_ notice: AlertNotice) -> MailContent {
    let words = MailWords.of(notice.language)
    var content = MailContent(language: words.language.rawValue)
    if notice.occasion.isGathering {
      gathered(notice, words, into: &content)
    } else {
      single(notice, words, into: &content)
    }
    content.add(paragraph: words.disclaimer)
    return content
  }

  private func single(_ notice: AlertNotice, _ words: MailWords, into content: inout MailContent) {
    let body = notice.body
    content.add(heading: "\(words.prefix(notice.occasion))\(words.language.title(of: body.rule))")
    content.add(paragraph: words.language.sentence(of: body))
    var rows = [
      (words.patient, notice.patient), (words.severity, words.language.name(of: body.severity)),
      (words.since, time(body.onset)),
    ]
    if let end = body.end { rows.append((words.until, time(end))) }
    if let rate = body.heartRate { rows.append((words.heartRate, Figure.rate(rate))) }
    if let probability = body.abnormalProbability {
      rows.append((words.abnormalProbability, "\(words.percent(probability)) (\(words.highest))"))
    }
    if body.beatCount > 0 {
      rows.append((words.beats, "\(body.beatCount), \(words.abnormal) \(body.abnormalBeatCount)"))
    }
    rows += [
      (words.device, notice.reference.device.description), (words.session, notice.reference.session.description),
    ]
    content.add(rows: rows)
    if let link = links.acknowledgement(of: notice) { content.add(link: link, before: words.takeNote) }
    if let link = links.link(to: notice.alert) { content.add(link: link, before: words.lookAtIt) }
  }

  private func gathered(_ notice: AlertNotice, _ words: MailWords, into content: inout MailContent) {
    if case .backlog = notice.occasion {
      content.add(heading: words.backlog)
    } else {
      content.add(heading: words.digest)
    }
    content.add(paragraph: words.gathered(notice.occasion, of: notice.patient))
    for episode in notice.gathered.prefix(Self.gatheredLimit) {
      let body = episode.body
      var rows = [(words.severity, words.language.name(of: body.severity)), (words.since, time(body.onset))]
      if let end = body.end { rows.append((words.until, time(end))) }
      content.add(heading: words.language.title(of: body.rule))
      content.add(paragraph: words.language.sentence(of: body))
      content.add(rows: rows)
      if let link = links.link(to: episode.id) { content.add(link: link, before: words.lookAtIt) }
    }
    let more = notice.gathered.count - Self.gatheredLimit
    if more > 0 { content.add(paragraph: words.more(more)) }
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
