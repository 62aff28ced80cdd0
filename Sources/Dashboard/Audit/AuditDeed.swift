internal import Store
internal import Wire

/// One thing that was done, from whichever record it stands in.
struct AuditDeed: Sendable, Hashable {
  /// A record of what happens. Each numbers its events; source and number together name a deed for good.
  enum Source: String, CaseIterable, Sendable {
    /// The vault's audit log.
    case vault
    /// What happened to accounts.
    case account
    /// Patients opened outside an assignment.
    case opening
    /// The ends of that.
    case ending
    /// Exports, notes, labels.
    case chart
    /// Who looked at whom.
    case view
    /// What persons did about alerts.
    case alert

    /// Their order where two deeds are of the same time.
    var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
  }

  /// What was done.
  enum What: Sendable, Hashable {
    case vault(KeyDesk.AuditEntry)
    case account(AccountEvent)
    case opened(EmergencyAccess)
    case ended(EmergencyAccess)
    case chart(ChartEvent)
    case viewed(ChartView)
    /// The patient is who wore the device when the alert's episode was found, as far as it is known.
    case alert(AlertDeed, Pseudonym?)
  }

  let number: Int64
  let at: UnixMicroseconds
  let what: What

  /// Which record it stands in.
  var source: Source {
    switch what {
    case .vault: .vault
    case .account: .account
    case .opened: .opening
    case .ended: .ending
    case .chart: .chart
    case .viewed: .view
    case .alert: .alert
    }
  }

  /// Its name: `account-17`.
  var id: String { "\(source.rawValue)-\(number)" }

  /// Source and number of a name; `nil` where it is none.
  static func parse(_ id: String) -> (source: Source, number: Int64)? {
    let parts = id.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, let source = Source(rawValue: String(parts[0])), let number = Int64(parts[1]), number > 0,
      "\(source.rawValue)-\(number)" == id
    else { return nil }
    return (source, number)
  }

  /// The form of a name.
  static let idPattern = "^(\(Source.allCases.map(\.rawValue).joined(separator: "|")))-[1-9][0-9]{0,18}$"

  /// Who did it; `nil` for the end of an access that ran out by itself.
  var actor: String? {
    switch what {
    case .vault(let entry): entry.person
    case .account(let event): event.actor
    case .opened(let access): access.account
    case .ended(let access): access.endedBy
    case .chart(let event): event.account
    case .viewed(let view): view.account
    case .alert(let deed, _): deed.event.actor
    }
  }

  /// The patient whom it is about.
  var patient: Pseudonym? {
    switch what {
    case .vault: nil
    case .account(let event): event.patient
    case .opened(let access), .ended(let access): access.pseudonym
    case .chart(let event): event.pseudonym
    case .viewed(let view): view.pseudonym
    case .alert(_, let patient): patient
    }
  }
}

extension KeyDesk.AuditEntry {
  /// Who asked: an account by its name, whether at the vault's console or through the dashboard; else a service or what the vault calls it.
  var person: String { actor.hasPrefix("dashboard:") ? String(actor.dropFirst("dashboard:".count)) : actor }
}
