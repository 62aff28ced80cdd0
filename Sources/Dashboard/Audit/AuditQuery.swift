internal import Store
internal import Wire

/// What is looked for among all that was done, oldest first.
struct AuditQuery: Sendable {
  /// From this time on.
  var since: UnixMicroseconds = 0
  /// Before this time.
  var until: UnixMicroseconds = .max
  /// By this account or service.
  var actor: String?
  /// About this patient.
  var patient: Pseudonym?
  /// About this device.
  var device: DeviceID?
  /// About this account.
  var subject: String?
  /// About this group of patients.
  var group: GroupID?
  /// Of looks, these kinds alone.
  var views: Set<ChartView.Kind>?
  /// In these records.
  var sources = Set(AuditDeed.Source.allCases)
  /// Most deeds of a page.
  var count: Int
  /// Where the page begins; at the beginning if `nil`.
  var cursor: AuditCursor?

  /// The records in which something of this can stand.
  var searched: Set<AuditDeed.Source> {
    var found = sources
    if patient != nil { found.remove(.vault) }
    if device != nil { found.formIntersection([.vault, .chart, .alert]) }
    if subject != nil || group != nil { found.formIntersection([.account]) }
    return found
  }
}

/// Where a page begins. What happens while somebody leafs through the pages is not in them: the first page says until when they go.
struct AuditCursor: Sendable, Hashable {
  /// Deeds before this time alone.
  var until: UnixMicroseconds
  /// Time, record and number of the last deed that was looked at outside the vault's log.
  var time: UnixMicroseconds
  var rank: Int
  var number: Int64
  /// The vault's log is read by its numbers: its clock may go back.
  var nextInVault: UInt64

  init(until: UnixMicroseconds) {
    self.until = until
    time = 0
    rank = -1
    number = -1
    nextInVault = 1
  }

  static let pattern = "^[0-9]{1,19}[.][0-9]{1,19}[.][0-9]{1,2}[.][0-9]{1,19}[.][0-9]{1,19}$"

  /// As ``text`` wrote it; `nil` for anything else.
  init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).compactMap { Int64($0) }
    guard parts.count == 5, parts.allSatisfy({ $0 >= 0 }), parts[2] <= Int64(AuditDeed.Source.allCases.count),
      text.utf8.count <= 90
    else { return nil }
    until = UInt64(parts[0])
    time = UInt64(parts[1])
    rank = Int(parts[2]) - 1
    number = parts[3] - 1
    nextInVault = UInt64(parts[4])
  }

  /// In an address.
  var text: String { "\(until).\(time).\(rank + 1).\(number + 1).\(nextInVault)" }

  /// The place in one record.
  func place(in source: AuditDeed.Source) -> TrailPlace {
    let number = source.rank < rank ? Int64.max : source.rank == rank ? number : -1
    return TrailPlace(time: time, number: number)
  }
}
