import ArgumentParser
import KeyVault

/// Makes a vault.
struct VaultInitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Make a new vault and, unless it is there, its root key file.",
    discussion: """
      Keep a copy of the root apart from every backup of the vault: one without the other is useless. What opens the vault:
        a key file                    (default) 32 random bytes
        --root-passphrase-file FILE   a passphrase, stretched by scrypt
        --shares 5 --threshold 3 --shares-out DIR
                                      a key that is nowhere whole: a file for each custodian, any 3 of 5 open the vault
        --pkcs11-module … --pkcs11-token … --pkcs11-key …
                                      a key that is made in a token and never leaves it
      `sealedbeat vault rotate-root` changes it later, to any of these.
      """)

  @OptionGroup var place: VaultPlace
  @OptionGroup var dealing: SharesOptions

  func run() async throws {
    try await VaultFault.reported {
      guard !KeyAuthority.exists(in: place.vaultDir) else {
        throw VaultError(.alreadyInitialised, "\(place.vaultDir) holds a vault already")
      }
      let root = try dealing.root ?? place.newRoot
      if case .keyFile = root { try place.createRootKeyIfMissing() }
      let authority = try KeyAuthority.create(directory: place.vaultDir, newRoot: root)
      try authority.recordClose()
    }
  }
}
