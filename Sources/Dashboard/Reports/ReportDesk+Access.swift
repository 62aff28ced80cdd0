internal import Exports
internal import Store
internal import Wire

/// Who was shown, exported, marked or opened whom: by person, by patient, and deed by deed.
extension ReportDesk {
  /// How often each was done.
  private struct Tally {
    var views = 0
    var overviews = 0
    var exports = 0
    var marks = 0
    var alerts = 0
    var overrides = 0
    /// The other side: patients of a person, persons of a patient.
    var others: Set<String> = []

    mutating func add(_ deed: AuditDeed, other: String) {
      others.insert(other)
      switch deed.what {
      case .viewed(let view): if view.kind == .chart { views += 1 } else { overviews += 1 }
      case .chart(let event): if event.kind == .export { exports += 1 } else { marks += 1 }
      case .alert: alerts += 1
      case .opened: overrides += 1
      case .account, .ended, .vault: break
      }
    }

    var cells: [String] { [views, overviews, exports, marks, alerts, overrides, others.count].map(String.init) }
  }

  func accessReport(_ scope: ReportScope, for signedIn: SignedIn) async throws -> TableReport {
    let (deeds, isCut) = try await deeds(scope, in: [.view, .chart, .opening, .alert], for: signedIn)
    var persons: [String: Tally] = [:]
    var patients: [String: Tally] = [:]
    var overrides: [[String]] = []
    var rows: [[String]] = []
    for deed in deeds {
      let person = deed.actor ?? ""
      let patient = deed.patient?.name ?? "unknown"
      persons[person, default: Tally()].add(deed, other: patient)
      patients[patient, default: Tally()].add(deed, other: person)
      if case .opened(let access) = deed.what {
        let end = access.endedAt ?? access.expiresAt
        overrides.append([
          TableReport.time(access.openedAt), end < scope.until ? TableReport.time(end) : "", person, patient,
          await emergencies.reason(of: access) ?? "sealed",
        ])
      }
      rows.append([TableReport.time(deed.at), person, patient, Self.word(of: deed), Self.detail(of: deed), deed.id])
    }
    var facts = facts(scope)
    let (rights, isRightsCut) = try await changesOfSight(scope, for: signedIn)
    var sight: (section: TableReport.Section, isCut: Bool)?
    if let patient = scope.patient { sight = try await self.sight(of: patient, scope) }
    let isAnyCut = isCut || isRightsCut || sight?.isCut == true
    facts.append(("Deeds", isAnyCut ? "the first \(rows.count) of more: ask for a shorter period" : "\(rows.count)"))
    facts.append(("Overviews", scope.isNarrow ? "counted" : "not counted: ask for a person or a patient"))
    let counts = ["Shown", "Overviews", "Exports", "Notes, labels", "Alerts", "Emergency accesses"]
    return TableReport(
      title: ReportKind.access.title, facts: facts,
      sections: [
        TableReport.Section(
          code: "by-person", title: "By person", columns: ["Person"] + counts + ["Patients"],
          rows: Self.table(persons)),
        TableReport.Section(
          code: "by-patient", title: "By patient", columns: ["Patient"] + counts + ["Persons"],
          rows: Self.table(patients)),
        TableReport.Section(
          code: "emergencies", title: "Emergency accesses",
          columns: ["Opened", "Ended", "Person", "Patient", "Reason"],
          rows: overrides),
      ] + (sight.map { [$0.section] } ?? []) + [
        rights,
        TableReport.Section(
          code: "deeds", title: "Deed by deed",
          columns: ["Time", "Person", "Patient", "What", "Detail", "Record"], rows: rows),
      ])
  }

  private static func table(_ tallies: [String: Tally]) -> [[String]] {
    tallies.sorted { $0.key < $1.key }.map { [$0.key] + $0.value.cells }
  }

  private static func word(of deed: AuditDeed) -> String { AuditClass(deed).subtypes.last?.code ?? "" }

  private static func detail(of deed: AuditDeed) -> String {
    switch deed.what {
    case .viewed(let view): view.door.rawValue
    case .chart(let event):
      "\(event.format.map { "\($0), " } ?? "")samples \(event.from) to \(event.from + event.count)"
    case .alert(let deed, _): "alert \(deed.event.alert)"
    case .account, .ended, .opened, .vault: ""
    }
  }
}
