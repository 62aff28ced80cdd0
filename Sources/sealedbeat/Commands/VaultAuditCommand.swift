import ArgumentParser
import KeyVault
import KeyVaultClient
import Wire

/// The audit log.
struct VaultAuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Check and read the audit log.", subcommands: [Verify.self, List.self])

  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check every entry, the chain and every signature, on the vault's file and without its root key.",
      discussion: """
        Exit code 0: whole. Exit code 1: something was edited, removed, inserted, moved or cut off, and the first bad entry is
        named. Give --key (audit-key.hex of any credentials directory), or the key in the vault's file is believed.
        """)

    @Option(help: ArgumentHelp("Directory of the vault's file.", valueName: "dir")) var vaultDir: String
    @Option(help: ArgumentHelp("The Ed25519 key to trust, 64 hexadecimal digits.", valueName: "hex")) var key: String?

    func run() async throws {
      try await VaultFault.reported {
        let trusted = try key.map { text in
          guard let bytes = [UInt8](hex: text), bytes.count == 32 else {
            throw ValidationError("--key takes 64 hexadecimal digits.")
          }
          return bytes
        }
        let summary = try AuditVerifier.verify(directory: vaultDir, publicKey: trusted)
        print(
          "\(summary.count) entries, \(summary.checkpoints) signed checkpoints, head \(summary.head.hex): the log is whole"
            + (trusted == nil ? " (signed by \(summary.publicKey.hex), as the file itself says)" : ""))
      }
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Print entries as JSON.")
    @Option(help: ArgumentHelp("First entry; 1,000 are printed at once.", valueName: "number")) var from: UInt64 = 1
    @OptionGroup var access: VaultAccess

    func run() async throws {
      try await access.withVault { print(try await $0.read(.audit(from: from))) }
    }
  }
}
