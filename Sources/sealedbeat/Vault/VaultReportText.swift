import Foundation
import KeyVault

/// The report for a terminal.
struct VaultReportText {
  let report: VaultReport
  let now: Date

  var text: String {
    var lines = ["Key inventory, \(VaultReportRow.date(UInt64(now.timeIntervalSince1970 * 1_000_000))) UTC", ""]
    let width = report.facts.map(\.0.count).max() ?? 0
    lines += report.facts.map { $0.0.padding(toLength: width + 2, withPad: " ", startingAt: 0) + $0.1 }
    lines += ["", "The vault's own keys and identities"]
    lines += table(report.ownKeys)
    lines += ["", "Derived, never stored"] + report.derived.map { "  " + $0 }
    lines += ["", report.overdue.isEmpty ? "No key is past its crypto-period or near its limit." : "OVERDUE"]
    if !report.overdue.isEmpty { lines += table(report.overdue) }
    return lines.joined(separator: "\n")
  }

  private func table(_ keys: [KeyReport]) -> [String] {
    // The purpose is a sentence: on a terminal the id says it.
    let shown = VaultReportRow.columns.indices.filter { VaultReportRow.columns[$0] != "purpose" }
    let overdue = Set(report.overdue.map(\.id))
    let rows = [VaultReportRow.columns] + keys.map { VaultReportRow($0, isOverdue: overdue.contains($0.id)).cells }
    let widths = shown.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      "  "
        + zip(shown, widths).map { row[$0].padding(toLength: $1, withPad: " ", startingAt: 0) }
        .joined(separator: "  ").replacing(/\s+$/, with: "")
    }
  }
}
