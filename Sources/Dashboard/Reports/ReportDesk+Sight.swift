internal import Exports
internal import Store
internal import Wire

/// Who may see whom: what changed in the period, and of one patient who could see them.
extension ReportDesk {
  /// Most events of the record of accounts that one history is made of.
  private static let historyLimit = 100_000

  /// What changed in the period, up to ``rowLimit``.
  func changesOfSight(
    _ scope: ReportScope, for signedIn: SignedIn
  ) async throws -> (section: TableReport.Section, isCut: Bool) {
    let (deeds, isCut) = try await deeds(scope, in: [.account], for: signedIn) { deed in
      guard case .account(let event) = deed.what else { return false }
      return SightHistory.kinds.contains(event.kind)
    }
    let rows: [[String]] = deeds.compactMap { deed in
      guard case .account(let event) = deed.what else { return nil }
      return [
        TableReport.time(deed.at), event.actor, event.kind.rawValue,
        event.account == AccountEvent.noAccount ? "" : event.account, event.patient?.name ?? "",
        event.group?.name ?? "", deed.id,
      ]
    }
    return (
      TableReport.Section(
        code: "rights", title: "Who may see whom: changes",
        columns: ["Time", "By", "What", "Person", "Patient", "Group", "Record"], rows: rows), isCut
    )
  }

  /// Who could see a patient at some time of the period, and by whose decision.
  func sight(
    of patient: Pseudonym, _ scope: ReportScope
  ) async throws -> (section: TableReport.Section, isCut: Bool) {
    var history = SightHistory(of: patient)
    var query = TrailQuery(limit: Self.vaultPage, until: scope.until)
    query.kinds = SightHistory.kinds
    var read = 0
    var isCut = false
    while true {
      let page = try await registry.accountTrail(query)
      for one in page { history.note(one.event) }
      read += page.count
      guard page.count == query.limit, let last = page.last else { break }
      query.after = TrailPlace(time: last.at, number: last.number)
      if read >= Self.historyLimit {
        isCut = true
        break
      }
    }
    var openings = TrailQuery(limit: Self.rowLimit, until: scope.until)
    openings.patient = patient
    for one in try await registry.openings(openings) { history.note(one.event, now: scope.until) }
    let rows = history.sights.filter { sight in
      (sight.until ?? .max) > scope.since && (scope.account == nil || scope.account == sight.account)
    }.map { sight in
      [
        sight.account, Self.word(for: sight.way), TableReport.time(sight.since),
        sight.until.map { TableReport.time($0) } ?? "", sight.decidedBy, sight.endedBy ?? "",
      ]
    }
    return (
      TableReport.Section(
        code: "sight", title: "Who could see the patient",
        columns: ["Person", "How", "Since", "Until", "Decided by", "Ended by"], rows: rows), isCut
    )
  }

  private static func word(for way: SightHistory.Way) -> String {
    switch way {
    case .all: "all patients"
    case .alone: "assigned"
    case .group(let group): group.name
    case .emergency: "emergency"
    }
  }
}
