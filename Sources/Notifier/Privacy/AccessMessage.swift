internal import AlertDelivery
internal import Crypto
internal import Foundation
internal import Store

/// Tells a privacy officer that somebody opened a patient outside their assignment: who, whom, until when. The reason rests sealed and
/// is read on the page; names and signals are in no mail.
struct AccessMessage: Sendable {
  let access: EmergencyAccess
  let recipient: MailAddress
  let sender: MailAddress
  /// The page of all accesses.
  let link: String?
  /// Times are told in UTC and in this zone.
  let zone: TimeZone?

  /// The message (RFC 5322). The same access always gives the same bytes, Message-ID and Date included.
  func compose() -> String {
    let headers = [
      "Date: \(CivilTime(access.openedAt, in: zone).mailDate)", "From: SealedBeat <\(sender)>", "To: <\(recipient)>",
      "Subject: \(MailEncoding.header("Emergency access: \(access.account) opened \(access.pseudonym)"))",
      "Message-ID: <access.\(access.id).\(Self.fingerprint(of: recipient))@\(sender.domain)>",
      "Auto-Submitted: auto-generated", "X-Auto-Response-Suppress: All", "MIME-Version: 1.0",
      "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: quoted-printable",
    ]
    return headers.joined(separator: "\r\n") + "\r\n\r\n" + MailEncoding.quotedPrintable(text) + "\r\n"
  }

  private var text: String {
    var lines = [
      "A patient was opened outside the assignment.", "", "Account:  \(access.account)",
      "Patient:  \(access.pseudonym)",
      "Opened:   \(time(access.openedAt))", "Until:    \(time(access.expiresAt)), unless it is ended before", "",
      "The reason that was given rests sealed.",
    ]
    if let link { lines.append("Read it, and end the access, here: \(link)") }
    return lines.joined(separator: "\n")
  }

  private func time(_ microseconds: UInt64) -> String {
    let universal = CivilTime(microseconds).readable
    guard let zone, zone.secondsFromGMT() != 0 else { return universal }
    return "\(universal) (\(CivilTime(microseconds, in: zone).readable))"
  }

  /// Names a receiver in the store without the address.
  static func fingerprint(of recipient: MailAddress) -> String {
    SHA256.hash(data: Array("\(recipient)".utf8)).prefix(6).map {
      String($0 >> 4, radix: 16) + String($0 & 15, radix: 16)
    }
    .joined()
  }
}
