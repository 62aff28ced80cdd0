import ArgumentParser
import KeyVault

/// Makes a vault.
struct VaultInitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Make a new vault and, unless it is there, its root key file.",
    discussion: "Keep a copy of the root key apart from every backup of the vault: one without the other is useless.")

  @OptionGroup var place: VaultPlace

  func run() async throws {
    try await VaultFault.reported {
      guard !KeyAuthority.exists(in: place.vaultDir) else {
        throw VaultError(.alreadyInitialised, "\(place.vaultDir) holds a vault already")
      }
      try place.createRootKeyIfMissing()
      let authority = try KeyAuthority.create(directory: place.vaultDir, root: place.root)
      try authority.recordClose()
    }
  }
}
