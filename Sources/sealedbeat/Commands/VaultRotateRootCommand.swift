import ArgumentParser
import KeyVault

/// Gives a vault another root.
struct VaultRotateRootCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rotate-root", abstract: "Give the vault another root, of the same or of another kind.",
    discussion: """
      The vault must not be running. The old root is named as for `serve`; afterwards it opens this vault no more, but still
      every backup that was made before: destroy those or keep it. A key file that exists is never replaced.
      """)

  @OptionGroup var place: VaultPlace
  @OptionGroup var dealing: SharesOptions

  @Option(help: ArgumentHelp("Make this file with a new root key.", valueName: "file"))
  var newRootKeyFile: String?

  @Option(help: ArgumentHelp("File with the new passphrase, mode 0600.", valueName: "file"))
  var newRootPassphraseFile: String?

  @Option(
    name: .customLong("new-pkcs11-module"), help: ArgumentHelp("Make the new root key in a token.", valueName: "file"))
  var newModule: String?

  @Option(name: .customLong("new-pkcs11-token"), help: ArgumentHelp("Label of that token.", valueName: "label"))
  var newToken: String?

  @Option(name: .customLong("new-pkcs11-key"), help: ArgumentHelp("Label of the new key.", valueName: "label"))
  var newKey = "sealedbeat-root"

  @Option(
    name: .customLong("new-pkcs11-pin-file"), help: ArgumentHelp("File with its PIN, mode 0600.", valueName: "file"))
  var newPINFile: String?

  @Option(
    help: ArgumentHelp(
      "The approved proposal (`vault proposals root-rotation`, then `approve`): needed as soon as the vault knows people.",
      valueName: "number"))
  var approval: Int64?

  func run() async throws {
    let root = try newRoot
    try await VaultFault.reported {
      let authority = try KeyAuthority.open(directory: place.vaultDir, root: try place.root)
      let description = try authority.rotateRoot(to: root, actor: "local", approval: approval)
      try authority.recordClose()
      print("root \(description.version), \(description.kind.rawValue), fingerprint \(description.fingerprint)")
    }
  }

  private var newRoot: NewRoot {
    get throws {
      var roots: [NewRoot] = []
      if let newRootKeyFile { roots.append(.newKeyFile(path: newRootKeyFile)) }
      if let newRootPassphraseFile { roots.append(.passphraseFile(path: newRootPassphraseFile)) }
      if let shares = try dealing.root { roots.append(shares) }
      if let newModule, let newToken {
        roots.append(
          .token(
            TokenKeyPlace(module: newModule, token: newToken, key: newKey, pinFile: try TokenPIN.file(newPINFile))))
      } else if newModule != nil || newToken != nil {
        throw ValidationError("--new-pkcs11-module and --new-pkcs11-token belong together.")
      }
      guard roots.count == 1, let root = roots.first else {
        throw ValidationError(
          "Name one new root: --new-root-key-file, --new-root-passphrase-file, --shares with --threshold and --shares-out, "
            + "or --new-pkcs11-module with --new-pkcs11-token.")
      }
      return root
    }
  }
}
