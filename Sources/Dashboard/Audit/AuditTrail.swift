internal import Decryptor
internal import Store
internal import Wire

/// All that was done, from all records, in one order: by time, and for one time by record and number.
struct AuditTrail: Sendable {
  /// Deeds that are looked at for one page where a filter leaves few of them: the page is short then, and says where to go on.
  static let scanLimit = 5000
  /// Fewest deeds of each record that are read at once.
  private static let smallestBatch = 50

  let registry: any AccessStore & RetentionStore
  let chart: any ChartStore
  let alerts: any AlertStore
  let desk: KeyDesk
  let time: Timekeeper

  /// A page of what is looked for.
  /// - Parameters:
  ///   - query: What is looked for.
  ///   - signedIn: In whose name the vault is asked.
  ///   - isWanted: What else has to be true of a deed.
  /// - Returns: the deeds, and where the next page begins if there may be one.
  /// - Throws: ``APIProblem``, `KeyVaultError`, `StoreError`.
  func page(
    _ query: AuditQuery, for signedIn: SignedIn, where isWanted: (AuditDeed) -> Bool = { _ in true }
  ) async throws -> (deeds: [AuditDeed], next: AuditCursor?) {
    // The present moment is over for the records when the next microsecond has begun.
    var cursor = query.cursor ?? AuditCursor(until: min(query.until, time.unixMicroseconds() + 1, UInt64(Int64.max)))
    var found: [AuditDeed] = []
    var looked = 0
    let batch = max(query.count + 1, Self.smallestBatch)
    while looked < Self.scanLimit {
      let round = try await merged(query, cursor, batch, signedIn)
      for deed in round {
        if isWanted(deed) {
          guard found.count < query.count else { return (found, cursor) }
          found.append(deed)
        }
        cursor.pass(deed)
      }
      looked += round.count
      if round.count < batch { return (found, nil) }
    }
    return (found, cursor)
  }

  /// The first deeds after a place, of all records that are asked.
  private func merged(
    _ query: AuditQuery, _ cursor: AuditCursor, _ batch: Int, _ signedIn: SignedIn
  ) async throws -> [AuditDeed] {
    var all: [(time: UnixMicroseconds, deed: AuditDeed)] = []
    for source in query.searched.sorted(by: { $0.rank < $1.rank }) {
      if source == .vault {
        // In the order of its numbers, whatever its clock said.
        var latest: UnixMicroseconds = 0
        for deed in try await vaultDeeds(query, cursor, batch, signedIn) {
          latest = max(latest, deed.at)
          all.append((latest, deed))
        }
      } else {
        var trail = TrailQuery(limit: batch, since: query.since, until: min(query.until, cursor.until))
        trail.after = cursor.place(in: source)
        trail.actor = query.actor
        trail.patient = query.patient
        trail.device = query.device
        trail.subject = query.subject
        trail.group = query.group
        trail.views = query.views
        all += try await deeds(in: source, trail).map { ($0.at, $0) }
      }
    }
    return all.sorted { one, other in
      (one.time, one.deed.source.rank, one.deed.number) < (other.time, other.deed.source.rank, other.deed.number)
    }.prefix(batch).map(\.deed)
  }

  /// One deed by its name.
  func deed(_ id: String, for signedIn: SignedIn) async throws -> AuditDeed? {
    guard let (source, number) = AuditDeed.parse(id) else { return nil }
    if source == .vault {
      let entries = try await desk.auditEntries(.init(first: UInt64(number), count: 1), for: signedIn)
      return entries.first.flatMap { $0.sequence == UInt64(number) ? AuditDeed($0) : nil }
    }
    var trail = TrailQuery(limit: 1, until: min(time.unixMicroseconds() + 1, UInt64(Int64.max)))
    trail.number = number
    return try await deeds(in: source, trail).first
  }

  private func vaultDeeds(
    _ query: AuditQuery, _ cursor: AuditCursor, _ batch: Int, _ signedIn: SignedIn
  ) async throws -> [AuditDeed] {
    let selection = KeyDesk.AuditSelection(
      first: cursor.nextInVault, count: batch, since: query.since, until: min(query.until, cursor.until),
      person: query.actor, object: query.device.map { "device/\($0)" })
    return try await desk.auditEntries(selection, for: signedIn)
      .filter { $0.sequence >= cursor.nextInVault && $0.sequence <= UInt64(Int64.max) }.map(AuditDeed.init)
  }

  private func deeds(in source: AuditDeed.Source, _ query: TrailQuery) async throws -> [AuditDeed] {
    switch source {
    case .vault: return []
    case .account:
      return try await registry.accountTrail(query).map { AuditDeed($0) { .account($0) } }
    case .opening: return try await registry.openings(query).map { AuditDeed($0) { .opened($0) } }
    case .ending: return try await registry.endings(query).map { AuditDeed($0) { .ended($0) } }
    case .chart: return try await chart.chartTrail(query).map { AuditDeed($0) { .chart($0) } }
    case .view: return try await chart.viewTrail(query).map { AuditDeed($0) { .viewed($0) } }
    case .alert: return try await alertDeeds(query)
    }
  }

  /// An alert knows its device; whom it is about is who wore that when the episode was found.
  private func alertDeeds(_ query: TrailQuery) async throws -> [AuditDeed] {
    let history = WearingHistory(try await registry.wearings())
    guard let patient = query.patient else {
      return try await alerts.deeds(query).map { one in
        AuditDeed(one) { .alert($0, history.wearer(of: one.event.device, at: one.event.openedAt)) }
      }
    }
    var found: [AuditDeed] = []
    for device in history.devices(of: patient) where query.device == nil || query.device == device {
      var query = query
      query.patient = nil
      query.device = device
      var wanted: [AuditDeed] = []
      // What others did while they wore it is passed over, however much it is.
      while wanted.count < query.limit {
        let page = try await alerts.deeds(query)
        wanted += page.filter { history.wearer(of: device, at: $0.event.openedAt) == patient }
          .map { AuditDeed($0) { .alert($0, patient) } }
        guard page.count == query.limit, let last = page.last else { break }
        query.after = TrailPlace(time: last.at, number: last.number)
      }
      found += wanted
    }
    return Array(found.sorted { ($0.at, $0.number) < ($1.at, $1.number) }.prefix(query.limit))
  }
}

extension AuditDeed {
  /// An entry of the vault's log.
  init(_ entry: KeyDesk.AuditEntry) {
    self.init(number: Int64(clamping: entry.sequence), at: entry.time, what: .vault(entry))
  }

  /// An event of a record of ours.
  init<Event>(_ recorded: Recorded<Event>, _ what: (Event) -> What) {
    self.init(number: recorded.number, at: recorded.at, what: what(recorded.event))
  }
}

extension AuditCursor {
  /// Goes on after a deed.
  mutating func pass(_ deed: AuditDeed) {
    if deed.source == .vault {
      nextInVault = UInt64(deed.number) + 1
    } else {
      time = deed.at
      rank = deed.source.rank
      number = deed.number
    }
  }
}
