internal import Foundation
public import Store

/// The time of day where a patient's people live.
public struct LocalClock: Hashable, Sendable {
  /// Minutes of a day without a change of the clocks.
  public static let minutesPerDay = 1440

  private let zone: TimeZone

  /// - Parameter zone: An IANA name; UTC where the system does not know it.
  public init(zone: String) { self.zone = TimeZone(identifier: zone) ?? .gmt }

  /// The day, counted from 1970-01-01, and the minute of the day.
  public func day(at time: UnixMicroseconds) -> (day: Int, minute: Int) {
    let local = Int(time / 1_000_000) + offset(at: time)
    let day = Int((Double(local) / 86_400).rounded(.down))
    return (day, (local - day * 86_400) / 60)
  }

  /// The first moment after `time` at which a clock on the wall shows one of these minutes of the day.
  /// - Returns: `nil` without any minute. A minute that the change of the clocks leaves out is taken an hour later or earlier.
  public func next(_ minutes: [Int], after time: UnixMicroseconds) -> UnixMicroseconds? {
    let today = day(at: time).day
    let moments = (today...today + 2).flatMap { day in
      minutes.map { minute -> UnixMicroseconds in
        let wall = day * 86_400 + minute * 60
        // The offset at the moment itself, which is near the wall's time less the present offset.
        let near = UnixMicroseconds(max(0, wall - offset(at: time))) * 1_000_000
        return UnixMicroseconds(max(0, wall - offset(at: near))) * 1_000_000
      }
    }
    return moments.filter { $0 > time }.min()
  }

  private func offset(at time: UnixMicroseconds) -> Int {
    zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(time) / 1e6))
  }
}

/// A part of every day, in minutes of the day, that may span midnight.
public struct QuietHours: Hashable, Sendable, Codable {
  /// First quiet minute of the day, 0–1439.
  public var fromMinute: Int
  /// First minute that is not quiet any more, 0–1439; less than `fromMinute` spans midnight.
  public var untilMinute: Int

  /// Describes quiet hours.
  public init(fromMinute: Int, untilMinute: Int) {
    self.fromMinute = fromMinute
    self.untilMinute = untilMinute
  }

  /// Whether a minute of the day is quiet.
  public func contains(minute: Int) -> Bool {
    fromMinute <= untilMinute
      ? (fromMinute..<untilMinute).contains(minute) : minute >= fromMinute || minute < untilMinute
  }
}
