/// A moment in UTC in the proleptic Gregorian calendar, without a time zone database.
struct CivilTime: Hashable, Sendable {
  let year: Int
  let month: Int
  let day: Int
  let hour: Int
  let minute: Int
  let second: Int
  let microsecond: Int

  /// - Parameter microseconds: Unix time.
  init(microseconds: UInt64) {
    let seconds = Int(microseconds / 1_000_000)
    microsecond = Int(microseconds % 1_000_000)
    // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": days are counted from 0000-03-01.
    let days = seconds / 86_400 + 719_468
    let era = days / 146_097
    let dayOfEra = days - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shifted + 2) / 5 + 1
    month = shifted < 10 ? shifted + 3 : shifted - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    hour = seconds % 86_400 / 3600
    minute = seconds % 3600 / 60
    second = seconds % 60
  }

  private static let months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
  /// `JAN` … `DEC`.
  var monthName: String { Self.months[month - 1] }
  /// `yyyy-mm-dd`.
  var date: String { "\(Self.digits(year, 4))-\(Self.digits(month, 2))-\(Self.digits(day, 2))" }
  /// `hh:mm:ss`.
  var clock: String { "\(Self.digits(hour, 2)):\(Self.digits(minute, 2)):\(Self.digits(second, 2))" }
  /// `yyyy-mm-dd hh:mm:ss`, for people.
  var readable: String { "\(date) \(clock)" }
  /// ISO 8601 with milliseconds.
  var iso: String { "\(date)T\(clock).\(Self.digits(microsecond / 1000, 3))Z" }

  /// A number with leading zeros.
  static func digits(_ number: Int, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }
}

/// A thousandth as a decimal number, exactly: 1526 is `1.526`.
func thousandths(_ value: Int) -> String {
  let whole = abs(value) / 1000
  let rest = abs(value) % 1000
  let sign = value < 0 ? "-" : ""
  guard rest > 0 else { return sign + String(whole) }
  var digits = CivilTime.digits(rest, 3)
  while digits.hasSuffix("0") { digits.removeLast() }
  return "\(sign)\(whole).\(digits)"
}
