internal import Foundation

/// Times as people and protocols write them.
struct CivilTime {
  private let year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int, weekday: Int
  private let offsetSeconds: Int

  /// - Parameters:
  ///   - microseconds: Unix time.
  ///   - zone: where the reader's clock hangs; UTC without one.
  init(_ microseconds: UInt64, in zone: TimeZone? = nil) {
    let unix = Int(microseconds / 1_000_000)
    offsetSeconds = zone?.secondsFromGMT(for: Date(timeIntervalSince1970: Double(unix))) ?? 0
    let local = unix + offsetSeconds
    let days = local >= 0 ? local / 86_400 : (local - 86_399) / 86_400
    let rest = local - days * 86_400
    (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60)
    weekday = ((days + 4) % 7 + 7) % 7
    // Days to year, month and day of the proleptic Gregorian calendar (H. Hinnant, "chrono-compatible low-level date
    // algorithms", civil_from_days).
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  /// `Sat, 21 Nov 2026 09:38:37 +0000` (RFC 5322 §3.3).
  var mailDate: String {
    let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    return "\(days[weekday]), \(day) \(months[month - 1]) \(year) \(clock) \(offset(separator: ""))"
  }

  /// `2026-11-21T09:38:37Z` (RFC 3339), with an offset where it is not UTC.
  var timestamp: String { "\(date)T\(clock)\(offsetSeconds == 0 ? "Z" : offset(separator: ":"))" }

  /// `2026-11-21 10:38:37 +01:00`.
  var readable: String { "\(date) \(clock) \(offsetSeconds == 0 ? "UTC" : offset(separator: ":"))" }

  private var date: String { "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))" }
  private var clock: String { "\(Self.padded(hour, 2)):\(Self.padded(minute, 2)):\(Self.padded(second, 2))" }

  private func offset(separator: String) -> String {
    let minutes = abs(offsetSeconds) / 60
    let sign = offsetSeconds < 0 ? "-" : "+"
    return "\(sign)\(Self.padded(minutes / 60, 2))\(separator)\(Self.padded(minutes % 60, 2))"
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
