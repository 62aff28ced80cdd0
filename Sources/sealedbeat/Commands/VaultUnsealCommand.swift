import ArgumentParser
import KeyVault
import KeyVaultClient
import Sealing

/// Opens a sealed vault.
struct VaultUnsealCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unseal", abstract: "Open a sealed vault: with one custodian's share, or by reading its root again.",
    discussion: """
      On the vault's machine, as its user:  sealedbeat vault unseal --vault-dir DIR
      From elsewhere, with the operator's certificate:
        sealedbeat vault unseal --vault https://host:port --pin HEX

      Each custodian runs it once; the share is read from --share-file, or typed without being shown. A set must be complete
      within 10 minutes. Over the network the pin (unseal.pin beside the vault's file, or `vault status --vault-dir`) says
      that it is the vault who listens, as long as it has no certificate; leave it out after `vault seal`.
      """)

  @OptionGroup var access: VaultAccess

  @Option(help: ArgumentHelp("Directory of the vault's file, on the vault's own machine.", valueName: "dir"))
  var vaultDir: String?

  @Option(help: ArgumentHelp("File with the share, mode 0600.", valueName: "file"))
  var shareFile: String?

  @Option(help: ArgumentHelp("SHA-256 of the sealed vault's certificate, 64 hexadecimal digits.", valueName: "hex"))
  var pin: String?

  func run() async throws {
    if let vaultDir {
      try await VaultFault.reported { print(try local(vaultDir)) }
    } else {
      try await VaultFault.reported {
        let place = try access.resolve()
        let vault = try await VaultOperator(
          VaultClientConfiguration(url: place.vaultURL, credentials: place.credentials), pin: pin)
        try await vault.whileOpen { vault in
          let opensWithShares = try await vault.read(.status).contains(#""rootKind":"shares""#)
          print(try await vault.unseal(share: opensWithShares ? share().text : nil))
        }
      }
    }
  }

  private func local(_ directory: String) throws -> String {
    func ask(_ line: SecretBytes) throws -> VaultStatus {
      guard let status = try LocalSocket.ask(directory, line) else {
        throw VaultError(.storage, "no vault is running on \(directory): start it with `sealedbeat vault serve`")
      }
      return status
    }
    let status = try ask(SecretBytes(copying: Array("status\n".utf8)))
    guard status.isSealed else { throw VaultError(.stateForbids, "the vault is not sealed") }
    return try ask(status.rootKind == .shares ? share().text : SecretBytes(copying: Array("unseal\n".utf8)))
      .prettyJSON()
  }

  private func share() throws -> RootShare {
    if let shareFile { return try RootShare(file: shareFile) }
    return try RootShare(parsing: SecretInput.line("Share: ", limit: RootShare.textLimit))
  }
}
