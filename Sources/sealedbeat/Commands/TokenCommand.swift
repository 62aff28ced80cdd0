import ArgumentParser
import Dashboard
import Foundation
import Store

/// Manages the tokens with which programs use the API.
struct TokenCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token", abstract: "Manage tokens with which programs use the API.",
    subcommands: [Add.self, List.self, Revoke.self])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a token; it is printed this one time.",
      discussion: "It never reaches further than its account: role and patients are asked with every request.")
    @OptionGroup var options: SettingsOptions
    @Argument(help: "The account in whose name it acts.") var account: String
    @Option(help: "What to call it.") var name: String
    @Option(help: "What it may be used for, such as fhir:read; may be given several times.") var scope: [String]
    @Option(help: "Days until it ends, 1 to 365.") var days: Int

    func run() async throws {
      let store = try await ServiceProcess.openStore(options.load(), writing: [.registry])
      print(
        try await TokenAdministration(registry: store).create(for: account, name: name, scopes: scope, days: days).token
      )
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List tokens, revoked ones as well.")
    @OptionGroup var options: SettingsOptions
    @Argument(help: "Only of this account.") var account: String?

    func run() async throws {
      let store = try await ServiceProcess.openStore(options.load(), writing: [])
      for token in try await TokenAdministration(registry: store).tokens(of: account) {
        let end =
          token.revokedAt.map { "revoked \(Self.day($0)) by \(token.revokedBy ?? "?")" }
          ?? "until \(Self.day(token.expiresAt))"
        let use = token.lastUsedAt.map { "used \(Self.day($0))" } ?? "never used"
        print("\(token.id)\t\(token.account)\t\(token.name)\t\(token.scopes.joined(separator: ","))\t\(end)\t\(use)")
      }
    }

    private static func day(_ time: UnixMicroseconds) -> String {
      Date(timeIntervalSince1970: Double(time) / 1e6).formatted(.iso8601)
    }
  }

  struct Revoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "End a token for ever.")
    @OptionGroup var options: SettingsOptions
    @Argument(help: "Its number, as `list` prints it.") var id: String

    func run() async throws {
      let store = try await ServiceProcess.openStore(options.load(), writing: [.registry])
      try await TokenAdministration(registry: store).revoke(id, of: nil, by: "operator")
      print("\(id) opens nothing any more.")
    }
  }
}
