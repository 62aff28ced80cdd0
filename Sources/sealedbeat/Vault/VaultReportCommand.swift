import ArgumentParser
import Foundation
import KeyVault
import KeyVaultClient

/// The key inventory.
struct VaultReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Print the key inventory: every key's purpose, state, times, uses and limits.",
    discussion: """
      Device keys are counted by state; those past their crypto-period or near their limit are listed. `vault keys` lists all.
      Exit code 1 with --check if any key is overdue.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, html, json
  }

  @Option(help: "text, html (one file, no scripts) or json.") var format: Format = .text
  @Option(help: ArgumentHelp("Write here instead of printing.", valueName: "file")) var out: String?
  @Flag(help: "Exit with 1 if a key is past its crypto-period or near its limit.") var check = false
  @OptionGroup var access: VaultAccess

  func run() async throws {
    try await access.withVault { vault in
      let answer = try await vault.read(.report)
      let report = try JSONAnswer.decode(VaultReport.self, answer)
      let text =
        switch format {
        case .text: VaultReportText(report: report, now: Date()).text
        case .html: VaultReportHTML(report: report, now: Date()).text
        case .json: try report.prettyJSON()
        }
      if let out { try Data(text.utf8).write(to: URL(fileURLWithPath: out), options: .atomic) } else { print(text) }
      if check, !report.overdue.isEmpty { throw ExitStatus.findings }
    }
  }
}
