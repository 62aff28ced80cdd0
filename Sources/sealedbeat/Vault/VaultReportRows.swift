import Foundation
import KeyVault

/// What every form of the report says of one key, a cell a column.
struct VaultReportRow {
  static let columns = [
    "key", "purpose", "algorithm", "state", "period", "created", "activated", "due", "last used", "uses", "limit",
    "wrapped by",
  ]

  let cells: [String]
  let isOverdue: Bool

  init(_ key: KeyReport, isOverdue: Bool) {
    cells = [
      key.id, key.purpose, key.algorithm, key.state.rawValue, key.cryptoPeriod.map(Self.period) ?? "–",
      Self.date(key.created), key.activated.map(Self.date) ?? "–", key.due.map(Self.date) ?? "–",
      key.lastUsed.map(Self.date) ?? "–", String(key.counted),
      key.limit.map { "\($0) \(key.limitOf ?? "")" } ?? "none", key.wrappedBy ?? "–",
    ]
    self.isOverdue = isOverdue
  }

  /// A number of seconds in the largest unit that says it without a remainder of importance.
  static func period(_ seconds: UInt64) -> String {
    seconds >= 2 * 86_400 ? "\(seconds / 86_400) d" : seconds >= 7200 ? "\(seconds / 3600) h" : "\(seconds) s"
  }

  /// A time in UTC, to the minute.
  static func date(_ microseconds: UInt64) -> String {
    let style = Date.ISO8601FormatStyle(dateSeparator: .dash, dateTimeSeparator: .space, timeSeparator: .colon)
      .year().month().day().time(includingFractionalSeconds: false)
    return String(Date(timeIntervalSince1970: Double(microseconds) / 1_000_000).formatted(style).prefix(16))
  }
}

extension VaultReport {
  /// The facts that stand above the table.
  var facts: [(String, String)] {
    let states = deviceKeys.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    return [
      ("devices", "\(devices), of which \(revokedDevices) revoked"), ("device keys", states.isEmpty ? "none" : states),
      ("sessions", "\(sessions)"), ("open claims", "\(openClaims)"), ("open proposals", "\(openProposals)"),
      ("destructions", "\(waitingDestructions) waiting, \(legalHolds) legal holds"),
      ("backups", presentBackups == 0 ? "NONE under the present backup key: make one" : "\(presentBackups)"),
      ("rewrap", rewrap.remaining == 0 ? "complete" : "\(rewrap.remaining) keys to go"),
      ("secrets", areSecretsLocked ? "in locked memory" : "NOT in locked memory: raise the limit on locked memory"),
      ("audit log", "\(auditEntries) entries, head \(auditHead)"), ("audit key", auditPublicKey),
    ]
  }
}
