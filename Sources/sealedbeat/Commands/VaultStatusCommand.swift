import ArgumentParser
import KeyVault
import KeyVaultClient
import Sealing

/// Whether the vault is sealed.
struct VaultStatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Print as JSON whether the vault is sealed, and what opens it.")

  @OptionGroup var access: VaultAccess

  @Option(
    help: ArgumentHelp(
      "Directory of the vault's file, to ask on the vault's own machine as its user.", valueName: "dir"))
  var vaultDir: String?

  func run() async throws {
    if let vaultDir {
      try await VaultFault.reported {
        if let status = try LocalSocket.ask(vaultDir, SecretBytes(copying: Array("status\n".utf8))) {
          print(try status.prettyJSON())
        } else {
          let root = try SealedVault(directory: vaultDir).root
          throw VaultError(
            .storage,
            "no vault is running on \(vaultDir); its root is number \(root.version), \(root.kind.rawValue), fingerprint \(root.fingerprint)"
          )
        }
      }
    } else {
      try await access.withVault { print(try await $0.read(.status)) }
    }
  }
}
