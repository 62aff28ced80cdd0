internal import Foundation
internal import Store

/// A date to search by (FHIR R4 §3.1.1.4.6): a prefix, and a time as exact as it is written.
struct FHIRDate: Hashable, Sendable {
  /// The form: a prefix, a date, and a time of day with its zone if there is a time at all.
  static let pattern =
    "^(eq|ge|gt|le|lt)?[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?"
    + "(Z|[+-][0-9]{2}:[0-9]{2}))?)?)?$"

  /// The times that are looked for: not empty, and with an end.
  let range: Range<UnixMicroseconds>

  /// - Returns: `nil` for what has not this form, or names a day that does not exist. Other prefixes are not known.
  init?(prefixed text: String) {
    let prefixes = ["eq", "ge", "gt", "le", "lt"]
    let prefix = prefixes.first { text.hasPrefix($0) }
    guard let named = Self.times(prefix == nil ? text : String(text.dropFirst(2))) else { return nil }
    switch prefix {
    case "ge": range = named.lowerBound..<UInt64(Int64.max)
    case "gt": range = named.upperBound..<UInt64(Int64.max)
    case "le": range = 0..<named.upperBound
    case "lt": range = 0..<max(named.lowerBound, 0)
    default: range = named
    }
  }

  /// The stretch that a date names: a year, a month, a day, a minute, a second, or a part of one.
  private static func times(_ text: String) -> Range<UnixMicroseconds>? {
    let halves = text.split(separator: "T", omittingEmptySubsequences: false)
    guard halves.count <= 2, let day = day(halves[0], isExact: halves.count == 2) else { return nil }
    guard halves.count == 2 else { return day }
    var clock = halves[1]
    var offset: Int64 = 0
    if clock.hasSuffix("Z") {
      clock = clock.dropLast()
    } else {
      guard let sign = clock.lastIndex(where: { $0 == "+" || $0 == "-" }) else { return nil }
      let zone = clock[clock.index(after: sign)...].split(separator: ":", omittingEmptySubsequences: false)
      guard zone.count == 2, let hours = number(zone[0], 2, 0...14), let minutes = number(zone[1], 2, 0...59) else {
        return nil
      }
      offset = Int64(hours * 60 + minutes) * (clock[sign] == "+" ? 60 : -60)
      clock = clock[..<sign]
    }
    let parts = clock.split(separator: ":", omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count), let hour = number(parts[0], 2, 0...23),
      let minute = number(parts[1], 2, 0...59)
    else { return nil }
    var length: UInt64 = 60_000_000
    var microseconds = UInt64(hour * 60 + minute) * 60_000_000
    if parts.count == 3 {
      let seconds = parts[2].split(separator: ".", omittingEmptySubsequences: false)
      guard seconds.count <= 2, let second = number(seconds[0], 2, 0...59) else { return nil }
      microseconds += UInt64(second) * 1_000_000
      length = 1_000_000
      if seconds.count == 2 {
        guard (1...6).contains(seconds[1].count), let fraction = number(seconds[1], seconds[1].count, 0...999_999)
        else {
          return nil
        }
        for _ in 0..<seconds[1].count { length /= 10 }
        microseconds += UInt64(fraction) * length
      }
    }
    let start = Int64(day.lowerBound + microseconds) - offset * 1_000_000
    guard start >= 0 else { return nil }
    return UInt64(start)..<UInt64(start) + length
  }

  private static func day(_ text: Substring, isExact: Bool) -> Range<UnixMicroseconds>? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard (isExact ? 3...3 : 1...3).contains(parts.count), let year = number(parts[0], 4, 1970...9998) else {
      return nil
    }
    var from = DateComponents(year: year, month: 1, day: 1)
    var until = DateComponents(year: year + 1, month: 1, day: 1)
    if parts.count > 1 {
      guard let month = number(parts[1], 2, 1...12) else { return nil }
      from.month = month
      until = DateComponents(year: month == 12 ? year + 1 : year, month: month % 12 + 1, day: 1)
    }
    if parts.count > 2 {
      guard let day = number(parts[2], 2, 1...31) else { return nil }
      from.day = day
      until = from
      until.day = day + 1
      from.calendar = calendar
      guard from.isValidDate else { return nil }
    }
    guard let start = calendar.date(from: from), let end = calendar.date(from: until) else { return nil }
    return UInt64(start.timeIntervalSince1970) * 1_000_000..<UInt64(end.timeIntervalSince1970) * 1_000_000
  }

  private static let calendar = {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    return calendar
  }()

  private static func number(_ text: Substring, _ digits: Int, _ range: ClosedRange<Int>) -> Int? {
    guard text.count == digits, text.utf8.allSatisfy({ (48...57).contains($0) }), let value = Int(text),
      range.contains(value)
    else { return nil }
    return value
  }
}
