public import Wire

/// Which part of a record of what happened is read. A record is read oldest first, piece by piece.
public struct TrailQuery: Sendable, Hashable {
  /// Where reading goes on: after this place; at the beginning if `nil`.
  public var after: TrailPlace?
  /// The earliest time.
  public var since: UnixMicroseconds
  /// The time before which events lie.
  public var until: UnixMicroseconds
  /// Only what this one did; everybody's if `nil`.
  public var actor: String?
  /// Only what is about this patient; everything if `nil`.
  public var patient: Pseudonym?
  /// Only what is about this device; everything if `nil`. Records that name no device have nothing about one.
  public var device: DeviceID?
  /// Only what is about this account; everything if `nil`. Only the record of accounts is about accounts.
  public var subject: String?
  /// Only what is about this group; everything if `nil`. Only the record of accounts is about groups.
  public var group: GroupID?
  /// Only events of these kinds, of the record of accounts; all if `nil`. Other records do not know them.
  public var kinds: Set<AccountEvent.Kind>?
  /// Only looks of these kinds; all if `nil`. Only the record of looks knows them.
  public var views: Set<ChartView.Kind>?
  /// Only the event of this number; all if `nil`.
  public var number: Int64?
  /// Most events of the answer.
  public var limit: Int

  /// Asks for all events up to a number of them, from the first on.
  public init(limit: Int, since: UnixMicroseconds = 0, until: UnixMicroseconds = .max) {
    self.limit = limit
    self.since = since
    self.until = until
  }
}

/// A place in a record: events are in the order of their times, those of one time in the order of their numbers.
public struct TrailPlace: Sendable, Hashable {
  /// The event's time.
  public var time: UnixMicroseconds
  /// Its number; -1 lies before all of that time.
  public var number: Int64

  /// Names a place.
  public init(time: UnixMicroseconds, number: Int64) {
    self.time = time
    self.number = number
  }
}

/// An event with its place in its record.
public struct Recorded<Event: Sendable & Hashable>: Sendable, Hashable {
  /// Its number, which stays its own for good.
  public let number: Int64
  /// When it happened.
  public let at: UnixMicroseconds
  /// What happened.
  public let event: Event

  /// Describes an event of a record.
  public init(number: Int64, at: UnixMicroseconds, event: Event) {
    self.number = number
    self.at = at
    self.event = event
  }
}

/// What a person did about an alert, and whose device it was about.
public struct AlertDeed: Sendable, Hashable {
  /// The line of the alert's log.
  public let event: AlertEvent
  /// The device that the alert is about.
  public let device: DeviceID
  /// When the alert's episode was found: who wore the device then is who it is about.
  public let openedAt: UnixMicroseconds

  /// What persons do about alerts: the rest of an alert's log is the notifier's.
  public static let kinds: [AlertEvent.Kind] = [.acknowledged, .assigned, .snoozed, .resolved]

  /// Describes what was done.
  public init(event: AlertEvent, device: DeviceID, openedAt: UnixMicroseconds) {
    self.event = event
    self.device = device
    self.openedAt = openedAt
  }
}
