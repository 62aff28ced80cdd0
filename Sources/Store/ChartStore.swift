public import Wire

/// What clinicians add to a session, and what they took out of it: both are only ever appended.
public protocol ChartStore: Sendable {
  /// Appends a mark.
  /// - Returns: The mark with its number; `nil` where its session has `limit` marks already.
  func append(_ mark: MarkRecord, limit: Int) async throws(StoreError) -> MarkRecord?
  /// The marks of a session in the order in which they were made, at most `limit`.
  func marks(of reference: SessionReference, limit: Int) async throws(StoreError) -> [MarkRecord]
  /// Marks with a number above `number`, oldest first, at most `limit`.
  func marks(after number: Int64, limit: Int) async throws(StoreError) -> [MarkRecord]
  /// The highest number of a mark; 0 before the first.
  func lastMark() async throws(StoreError) -> Int64

  /// Appends to the record of what was taken out of sessions and added to them.
  func append(_ event: ChartEvent) async throws(StoreError)
  /// The record, newest first, at most `limit`.
  func chartEvents(limit: Int) async throws(StoreError) -> [ChartEvent]
  /// The record, oldest first.
  func chartTrail(_ query: TrailQuery) async throws(StoreError) -> [Recorded<ChartEvent>]

  /// Appends to the record of who looked at whom, all or none.
  func append(_ views: [ChartView]) async throws(StoreError)
  /// Who looked at whom, oldest first.
  func viewTrail(_ query: TrailQuery) async throws(StoreError) -> [Recorded<ChartView>]
}

/// A mark at rest: who made it and when, in the clear and authenticated; what it says, sealed.
public struct MarkRecord: Sendable, Hashable {
  /// The order of all marks; 0 before it is stored.
  public let number: Int64
  /// Its name: 16 random bytes.
  public let id: [UInt8]
  /// Which session.
  public let reference: SessionReference
  /// The account that made it.
  public let author: String
  /// When.
  public let at: UnixMicroseconds
  /// A `SealedBox` under the session's findings key.
  public let box: [UInt8]

  /// Describes a mark.
  public init(
    number: Int64 = 0, id: [UInt8], reference: SessionReference, author: String, at: UnixMicroseconds, box: [UInt8]
  ) {
    self.number = number
    self.id = id
    self.reference = reference
    self.author = author
    self.at = at
    self.box = box
  }
}

/// That somebody took a session out of the system, or added to it: without anything clinical.
public struct ChartEvent: Sendable, Hashable {
  /// What was done.
  public enum Kind: String, Sendable, CaseIterable {
    /// A note was made.
    case note
    /// A beat was given another label.
    case label
    /// Signals left the system as a file.
    case export
  }

  /// What was done.
  public let kind: Kind
  /// By whom.
  public let account: String
  /// Whose session.
  public let pseudonym: Pseudonym
  /// Which.
  public let reference: SessionReference
  /// The format of an export.
  public let format: String?
  /// The first sample.
  public let from: UInt64
  /// How many samples.
  public let count: UInt64
  /// When.
  public let at: UnixMicroseconds

  /// Describes an event.
  public init(
    kind: Kind, account: String, pseudonym: Pseudonym, reference: SessionReference, format: String? = nil,
    from: UInt64, count: UInt64, at: UnixMicroseconds
  ) {
    self.kind = kind
    self.account = account
    self.pseudonym = pseudonym
    self.reference = reference
    self.format = format
    self.from = from
    self.count = count
    self.at = at
  }
}

/// That somebody was shown something of a patient.
public struct ChartView: Sendable, Hashable {
  /// What of them.
  public enum Kind: String, Sendable, CaseIterable {
    /// Themselves: a signal, findings, one alert, who they are.
    case chart
    /// Among others on the ward: present values and running strips.
    case ward
    /// Alerts among others' in the inbox.
    case alerts

    /// Those where the patient is one of many.
    public static let overviews: Set<Kind> = [.ward, .alerts]
  }

  /// By which way.
  public enum Door: String, Sendable, CaseIterable {
    /// A page.
    case page
    /// A program with a token.
    case program
  }

  /// Who.
  public let account: String
  /// At whom.
  public let pseudonym: Pseudonym
  /// What of them.
  public let kind: Kind
  /// By which way.
  public let door: Door
  /// When it began.
  public let at: UnixMicroseconds

  /// Describes a look.
  public init(account: String, pseudonym: Pseudonym, kind: Kind = .chart, door: Door, at: UnixMicroseconds) {
    self.account = account
    self.pseudonym = pseudonym
    self.kind = kind
    self.door = door
    self.at = at
  }
}
