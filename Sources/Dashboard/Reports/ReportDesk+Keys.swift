internal import Decryptor
internal import Exports
internal import Foundation
internal import Store
internal import Wire

/// Every key: its state, its age, what is overdue, what was destroyed and by which certificate.
extension ReportDesk {
  /// What the vault says of a key; the rest of it is not in the report.
  private struct Key: Decodable {
    let id: String
    let purpose: String
    let state: String
    let created: UInt64
    let activated: UInt64?
    let due: UInt64?
    let destroyed: UInt64?
    let counted: UInt64
    let limit: UInt64?
    let limitOf: String?
  }

  private struct Inventory: Decodable {
    let devices: Int
    let revokedDevices: Int
    let deviceKeys: [String: Int]
    let ownKeys: [Key]
    let overdue: [Key]
    let openClaims: Int
    let openProposals: Int
    let waitingDestructions: Int
    let legalHolds: Int
    let presentBackups: Int
  }

  private struct Device: Decodable {
    let device: String
    let revoked: UInt64?
    let legalHold: String?
    let keys: [Key]
  }

  private struct Destruction: Decodable {
    let device: String
    let through: UInt32
    let reason: String
    let proposer: String
    let approver: String
    let scheduled: UInt64
    let due: UInt64
    let carriedOut: UInt64?
    let state: String
  }

  private struct Certificate: Decodable {
    struct Statement: Decodable {
      let device: String
      let destroyed: UInt64
      let auditEntries: UInt64
    }

    let statement: String
    let signature: String
  }

  /// What happens to keys and those who hold them, as the vault's log names it.
  private static let changes: Set<String> = [
    "enrol", "rotate", "rotate-tenant", "rotate-root", "suspend", "resume", "deactivate", "revoke", "reinstate",
    "report-compromise", "schedule-destruction", "cancel-destruction", "legal-hold", "release-hold", "destroy",
  ]

  func keyReport(_ scope: ReportScope, for signedIn: SignedIn) async throws -> TableReport {
    let inventory = try await desk.ask(Inventory.self, "/v1/report", for: signedIn)
    let (devices, isCut) = try await devices(for: signedIn)
    let now = time.unixMicroseconds()
    let overdue = Set(inventory.overdue.map(\.id))
    var facts = facts(scope)
    facts += [
      ("Inventory as of", TableReport.time(now)),
      ("Devices", "\(inventory.devices), of which \(inventory.revokedDevices) revoked"),
      (
        "Device keys",
        inventory.deviceKeys.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
      ), ("Overdue", "\(inventory.overdue.count)"), ("Open claims", "\(inventory.openClaims)"),
      ("Open proposals", "\(inventory.openProposals)"),
      ("Destructions", "\(inventory.waitingDestructions) waiting, \(inventory.legalHolds) legal holds"),
      ("Backups", "\(inventory.presentBackups)"),
    ]
    if isCut { facts.append(("Devices shown", "the first \(devices.count)")) }
    let columns = ["Key", "State", "Created", "Age in days", "Due", "Uses", "Limit", "Overdue"]
    func row(_ key: Key) -> [String] {
      let begin = key.activated ?? key.created
      return [
        key.id, key.state, TableReport.time(key.created),
        "\((key.destroyed ?? now) / 86_400_000_000 - min(key.destroyed ?? now, begin) / 86_400_000_000)",
        key.due.map(TableReport.time) ?? "", "\(key.counted)", key.limit.map { "\($0) \(key.limitOf ?? "")" } ?? "",
        overdue.contains(key.id) ? "overdue" : "",
      ]
    }
    let log = try await vaultEntries(scope, for: signedIn).entries
    return TableReport(
      title: ReportKind.keys.title, facts: facts,
      sections: [
        TableReport.Section(
          code: "overdue", title: "Overdue rotations", columns: columns, rows: inventory.overdue.map(row)),
        TableReport.Section(
          code: "own-keys", title: "The vault's own keys and identities", columns: columns,
          rows: inventory.ownKeys.map(row)),
        TableReport.Section(
          code: "device-keys", title: "Keys of devices", columns: columns, rows: devices.flatMap { $0.keys.map(row) }),
        TableReport.Section(
          code: "held", title: "Devices revoked or under a legal hold", columns: ["Device", "Revoked", "Legal hold"],
          rows: devices.filter { $0.revoked != nil || $0.legalHold != nil }.map {
            [$0.device, $0.revoked.map(TableReport.time) ?? "", $0.legalHold ?? ""]
          }),
        try await destructions(scope, for: signedIn),
        TableReport.Section(
          code: "key-changes", title: "Changes in the period",
          columns: ["Time", "Person", "What", "Outcome", "Key", "Reason", "Entry"],
          rows: log.filter { Self.changes.contains($0.action) }.map {
            [
              TableReport.time($0.time), $0.person, $0.action, $0.outcome, $0.object, $0.reason, "\($0.sequence)",
            ]
          }),
      ])
  }

  /// All devices, page by page.
  private func devices(for signedIn: SignedIn) async throws -> (devices: [Device], isCut: Bool) {
    var found: [Device] = []
    while found.count < Self.deviceLimit {
      let page = try await desk.ask([Device].self, "/v1/devices?after=\(found.last?.device ?? "")", for: signedIn)
      guard let last = page.last, last.device > (found.last?.device ?? "") else { return (found, false) }
      found += page
    }
    return (Array(found.prefix(Self.deviceLimit)), true)
  }

  /// Destructions that were agreed on or carried out in the period. Of the latest carried out of each device the vault has the
  /// signed certificate.
  private func destructions(_ scope: ReportScope, for signedIn: SignedIn) async throws -> TableReport.Section {
    let period = scope.since..<scope.until
    let all = try await desk.ask([Destruction].self, "/v1/destructions", for: signedIn)
      .filter { period.contains($0.scheduled) || $0.carriedOut.map(period.contains) == true }
    var rows: [[String]] = []
    for one in all {
      var signature = ""
      if one.carriedOut != nil, let device = DeviceID(one.device) {
        let certificate = try await desk.ask(
          Certificate.self, "/v1/devices/\(device)/destruction/certificate", for: signedIn)
        let statement = try? JSONDecoder().decode(
          Certificate.Statement.self, from: Data(certificate.statement.utf8))
        if statement?.destroyed == one.carriedOut { signature = certificate.signature }
      }
      rows.append([
        one.device, "\(one.through)", one.state, one.proposer, one.approver, TableReport.time(one.scheduled),
        one.carriedOut.map(TableReport.time) ?? "", one.reason, signature,
      ])
    }
    return TableReport.Section(
      code: "destructions", title: "Destructions",
      columns: [
        "Device", "Through version", "State", "Proposed by", "Agreed by", "Agreed", "Carried out", "Reason",
        "Certificate's signature",
      ], rows: rows)
  }
}
