import ArgumentParser
import KeyVaultClient

/// Takes the keys out of reach.
struct VaultSealCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "seal", abstract: "Forget every key until somebody unseals the vault.",
    discussion: """
      The vault keeps its listeners and answers every request with `sealed`. Devices keep their chunks coming, services
      wait, nothing is lost. `sealedbeat vault unseal` ends it.
      """)

  @OptionGroup var access: VaultAccess

  func run() async throws {
    try await access.withVault { print(try await $0.seal()) }
  }
}
