import ArgumentParser
import KeyVaultClient

/// What needs two people.
struct VaultProposalsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "proposals", abstract: "List, approve or withdraw what needs two people.",
    subcommands: [List.self, Approve.self, Withdraw.self, RootRotation.self], defaultSubcommand: List.self)

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the latest proposals as JSON.")
    @OptionGroup var access: VaultAccess

    func run() async throws {
      try await access.withVault { print(try await $0.read(.proposals)) }
    }
  }

  struct Approve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Agree to what another person proposed.",
      discussion: "Sign in as yourself: --credentials names the directory with your own identity.pem and identity.key.")
    @Argument(help: "The proposal's number.") var proposal: Int64
    @OptionGroup var access: VaultAccess

    func run() async throws {
      try await access.withVault { print(try await $0.carryOut(.approve(proposal), reason: "approved")) }
    }
  }

  struct Withdraw: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Take a proposal back that was not carried out.")
    @Argument(help: "The proposal's number.") var proposal: Int64
    @OptionGroup var why: VaultReason
    @OptionGroup var access: VaultAccess

    func run() async throws {
      try await access.withVault { print(try await $0.carryOut(.withdraw(proposal), reason: why.reason)) }
    }
  }

  struct RootRotation: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "root-rotation", abstract: "Propose to put the vault under another root.",
      discussion: "Once approved, stop the vault and run `sealedbeat vault rotate-root --approval NUMBER …`.")
    @OptionGroup var why: VaultReason
    @OptionGroup var access: VaultAccess

    func run() async throws {
      try await access.withVault { print(try await $0.carryOut(.proposeRootRotation, reason: why.reason)) }
    }
  }
}
