import ArgumentParser
import KeyVaultClient

/// Whether the vault is sealed.
struct VaultStatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Print as JSON whether the vault is sealed, and what opens it.")

  @OptionGroup var access: VaultAccess

  func run() async throws {
    try await access.withVault { print(try await $0.read(.status)) }
  }
}
