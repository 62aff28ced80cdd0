import Foundation
import KeyVault

/// The report as one HTML file without scripts or links to anywhere, fit to print.
struct VaultReportHTML {
  let report: VaultReport
  let now: Date

  var text: String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <title>Key inventory</title>
    <style>
    :root { color-scheme: light dark; font: 14px/1.4 system-ui, sans-serif; }
    body { margin: 2rem; }
    table { border-collapse: collapse; margin-block: 1rem; }
    th, td { border: 1px solid color-mix(in srgb, currentColor 25%, transparent); padding: .3rem .5rem; text-align: left; vertical-align: top; }
    tr.overdue td:first-child::after { content: " overdue"; font-weight: 700; }
    tr.overdue { outline: 2px solid; }
    dt { font-weight: 600; } dd { margin: 0 0 .4rem; overflow-wrap: anywhere; }
    @media print { body { margin: 0; font-size: 10px; } }
    </style>
    </head>
    <body>
    <h1>Key inventory</h1>
    <p>\(VaultReportRow.date(UInt64(now.timeIntervalSince1970 * 1_000_000))) UTC</p>
    <dl>
    \(report.facts.map { "<dt>\(escaped($0.0))</dt><dd>\(escaped($0.1))</dd>" }.joined(separator: "\n"))
    </dl>
    <h2>The vault’s own keys and identities</h2>
    \(table(report.ownKeys))
    <h2>Derived, never stored</h2>
    <ul>\(report.derived.map { "<li>\(escaped($0))</li>" }.joined())</ul>
    <h2>Past their crypto-period or near their limit</h2>
    \(report.overdue.isEmpty ? "<p>None.</p>" : table(report.overdue))
    </body>
    </html>
    """
  }

  private func table(_ keys: [KeyReport]) -> String {
    let overdue = Set(report.overdue.map(\.id))
    let head = VaultReportRow.columns.map { "<th scope=\"col\">\(escaped($0))</th>" }.joined()
    let rows = keys.map { VaultReportRow($0, isOverdue: overdue.contains($0.id)) }.map { row in
      "<tr\(row.isOverdue ? " class=\"overdue\"" : "")>" + row.cells.map { "<td>\(escaped($0))</td>" }.joined()
        + "</tr>"
    }
    return "<table><thead><tr>\(head)</tr></thead><tbody>\n\(rows.joined(separator: "\n"))\n</tbody></table>"
  }

  private func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }
}
