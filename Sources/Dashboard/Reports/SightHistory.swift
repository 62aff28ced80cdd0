package import Store
internal import Wire

/// Who could see one patient, from when until when, and by whose decision: made of the record of accounts, which says of each change
/// who made it. What was given before that record was kept is not in it.
package struct SightHistory: Sendable {
  /// How somebody sees a patient.
  package enum Way: Hashable, Sendable {
    /// With all patients.
    case all
    /// As assigned alone.
    case alone
    /// With everybody in a group.
    case group(GroupID)
    /// In an emergency, outside the assignment.
    case emergency
  }

  /// That an account could see the patient.
  package struct Sight: Hashable, Sendable {
    /// Whose.
    package let account: String
    /// How.
    package let way: Way
    /// From when.
    package let since: UnixMicroseconds
    /// Who made it so: assigned, put into the group, enabled the account.
    package let decidedBy: String
    /// Until when; `nil` while it lasts.
    package var until: UnixMicroseconds?
    /// Who ended it; `nil` while it lasts, and for what ran out by itself.
    package var endedBy: String?

    /// Describes it.
    package init(
      account: String, way: Way, since: UnixMicroseconds, decidedBy: String, until: UnixMicroseconds? = nil,
      endedBy: String? = nil
    ) {
      self.account = account
      self.way = way
      self.since = since
      self.decidedBy = decidedBy
      self.until = until
      self.endedBy = endedBy
    }
  }

  /// What can change who sees a patient.
  package static let kinds: Set<AccountEvent.Kind> = [
    .allPatientsOpened, .allPatientsClosed, .patientAssigned, .patientUnassigned, .groupAssigned, .groupUnassigned,
    .groupJoined, .groupLeft, .groupRemoved, .accountDisabled, .accountEnabled,
  ]

  private struct Grant: Hashable {
    let account: String
    let way: Way
  }

  private let patient: Pseudonym
  private var ended: [Sight] = []
  private var open: [Grant: Sight] = [:]
  /// What accounts were given, whether it shows them the patient or not.
  private var given: Set<Grant> = []
  /// Groups that the patient is in.
  private var groups: Set<GroupID> = []
  private var disabled: Set<String> = []

  package init(of patient: Pseudonym) { self.patient = patient }

  /// All there were, by account and time.
  package var sights: [Sight] {
    (ended + open.values).sorted { ($0.account, $0.since, $0.until ?? .max) < ($1.account, $1.since, $1.until ?? .max) }
  }

  /// The next event of the record.
  package mutating func note(_ event: AccountEvent) {
    for grant in apply(event) {
      switch (open[grant], shows(grant)) {
      case (nil, true):
        open[grant] = Sight(account: grant.account, way: grant.way, since: event.at, decidedBy: event.actor)
      case (var sight?, false):
        sight.until = event.at
        sight.endedBy = event.actor
        ended.append(sight)
        open[grant] = nil
      case (nil, false), (_?, true): break
      }
    }
  }

  /// Takes what an event changes.
  /// - Returns: The grants that may show the patient now and did not before, or the other way round.
  private mutating func apply(_ event: AccountEvent) -> Set<Grant> {
    func grant(_ way: Way) -> Grant { Grant(account: event.account, way: way) }
    switch event.kind {
    case .allPatientsOpened: return give(grant(.all))
    case .allPatientsClosed: return take(grant(.all))
    case .patientAssigned where event.patient == patient: return give(grant(.alone))
    case .patientUnassigned where event.patient == patient: return take(grant(.alone))
    case .groupAssigned: return event.group.map { give(grant(.group($0))) } ?? []
    case .groupUnassigned: return event.group.map { take(grant(.group($0))) } ?? []
    case .groupJoined where event.patient == patient, .groupLeft where event.patient == patient:
      guard let group = event.group else { return [] }
      if event.kind == .groupJoined { groups.insert(group) } else { groups.remove(group) }
      return given.filter { $0.way == .group(group) }
    case .accountDisabled, .accountEnabled:
      if event.kind == .accountDisabled { disabled.insert(event.account) } else { disabled.remove(event.account) }
      return given.filter { $0.account == event.account }
    default: return []
    }
  }

  private mutating func give(_ grant: Grant) -> Set<Grant> {
    given.insert(grant)
    return [grant]
  }

  private mutating func take(_ grant: Grant) -> Set<Grant> {
    given.remove(grant)
    return [grant]
  }

  /// An access outside the assignment, which the person themselves decided.
  package mutating func note(_ access: EmergencyAccess, now: UnixMicroseconds) {
    guard access.pseudonym == patient else { return }
    let until = access.endedAt ?? access.expiresAt
    ended.append(
      Sight(
        account: access.account, way: .emergency, since: access.openedAt, decidedBy: access.account,
        until: until <= now ? until : nil, endedBy: access.endedBy))
  }

  private func shows(_ grant: Grant) -> Bool {
    guard given.contains(grant), !disabled.contains(grant.account) else { return false }
    if case .group(let group) = grant.way { return groups.contains(group) }
    return true
  }
}
