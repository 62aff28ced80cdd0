import ArgumentParser
import Foundation
import KeyVault
import KeyVaultClient

/// Asks for an inclusion proof.
struct VaultAuditProve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prove", abstract: "Print a proof, as JSON, that an entry is in the log that the vault signed.",
    discussion: "It holds that one entry and a few hashes; check-proof and docs/audit-verify.py check it.")

  @Argument(help: "The entry's number.") var sequence: UInt64
  @OptionGroup var access: VaultAccess

  func run() async throws {
    try await access.withVault { print(try await $0.auditProof(of: sequence)) }
  }
}

/// Asks for a consistency proof.
struct VaultAuditConsistency: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "consistency", abstract: "Print a proof, as JSON, that a later log begins with an earlier one.")

  @Option(help: ArgumentHelp("The earlier number of entries.", valueName: "number")) var from: UInt64
  @Option(help: ArgumentHelp("The later one; the signed head if left out.", valueName: "number")) var to: UInt64?
  @OptionGroup var access: VaultAccess

  func run() async throws {
    try await access.withVault { print(try await $0.auditConsistency(from: from, to: to)) }
  }
}

/// Checks a proof offline.
struct VaultAuditCheckProof: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check-proof", abstract: "Check what prove or consistency printed, with the vault's audit key alone.",
    discussion: "Exit code 0: it holds, and the entry is printed. Exit code 1: it does not.")

  @Argument(help: "File with the proof.") var file: String
  @OptionGroup var trust: VaultAuditKey

  /// Most bytes of a proof: an entry and some hundred hashes.
  private static let sizeLimit = 1 << 20

  func run() async throws {
    guard let key = try trust.bytes else { throw ValidationError("--key names the audit key to trust.") }
    guard let contents = FileManager.default.contents(atPath: file), contents.count <= Self.sizeLimit else {
      throw VaultFault.tell("\(file) cannot be read, or is no proof", ExitStatus.badData)
    }
    do {
      let decoder = JSONDecoder()
      if let proof = try? decoder.decode(InclusionProof.self, from: contents) {
        print(try proof.verified(by: key).prettyJSON())
      } else if let proof = try? decoder.decode(ConsistencyProof.self, from: contents) {
        try proof.verify(by: key)
        print(
          "the log of \(proof.to.count) entries (root \(proof.to.root.hex)) begins with that of "
            + "\(proof.from.count) (root \(proof.from.root.hex))")
        for tree in [proof.from, proof.to] where tree.checkpoint == nil {
          print("the root of \(tree.count) entries is not signed: compare it with a checkpoint that you hold")
        }
      } else {
        throw VaultFault.tell("\(file) is no proof", ExitStatus.badData)
      }
    } catch let finding as AuditVerifier.Finding {
      throw VaultFault.tell("the proof does not hold: \(finding.description)", ExitStatus.findings)
    }
  }
}
