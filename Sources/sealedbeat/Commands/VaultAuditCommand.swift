import ArgumentParser
import Foundation
import KeyVault
import Wire

/// The audit log.
struct VaultAuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Check, read, export and prove the audit log.",
    discussion: """
      verify and check-proof need neither the vault nor its root key. The others ask the running vault, which records it.
      """,
    subcommands: [
      VaultAuditVerify.self, VaultAuditList.self, VaultAuditExport.self, VaultAuditProve.self,
      VaultAuditConsistency.self, VaultAuditCheckProof.self,
    ])
}

/// Verifies a log offline.
struct VaultAuditVerify: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract:
      "Check every entry, the chain, the tree and every signature, on the vault's file and without its root key.",
    discussion: """
      Exit code 0: whole. Exit code 1: something was edited, removed, inserted, moved, cut off or rolled back, and the first
      bad entry is named. Give --key (audit-key.hex of any credentials directory), or the key in the vault's file is
      believed. That a vault was rolled back as a whole shows only against --witness or --at-least.
      """)

  @Option(help: ArgumentHelp("Directory of the vault's file.", valueName: "dir")) var vaultDir: String
  @OptionGroup var trust: VaultAuditKey
  @Option(help: ArgumentHelp("File of a witness, with the checkpoints that it saw.", valueName: "file"))
  var witness: String?
  @Option(
    help: ArgumentHelp(
      "What the log is known to have held: a number of entries and the head of their chain, as an earlier verify printed "
        + "it.", valueName: "count:head"), transform: { try Self.mark($0) })
  var atLeast: AuditVerifier.Mark?
  @Flag(help: "Print the verdict as JSON.") var json = false

  func run() async throws {
    let key = try trust.bytes
    do {
      let summary = try AuditVerifier.verify(
        directory: vaultDir, publicKey: key, witness: witness, atLeast: atLeast)
      print(json ? try Verdict(summary).prettyJSON() : Self.sentence(summary, isKeyGiven: key != nil))
    } catch let finding as AuditVerifier.Finding {
      if json { print(try Verdict(finding).prettyJSON()) }
      throw VaultFault.tell("the audit log is not whole: \(finding.description)", ExitStatus.findings)
    }
  }

  private static func sentence(_ summary: AuditVerifier.Summary, isKeyGiven: Bool) -> String {
    var text =
      "\(summary.count) entries, \(summary.checkpoints) signed checkpoints, head \(summary.head.hex): the log is whole"
    if !isKeyGiven { text += " (signed by \(summary.publicKey.hex), as the file itself says)" }
    if summary.witnessed > 0 { text += "; \(summary.witnessed) checkpoints of the witness agree" }
    if !summary.acceptedRollbacks.isEmpty {
      text += "; rollbacks were accepted that gave up \(summary.acceptedRollbacks.joined(separator: ", "))"
    }
    return text
  }

  private static func mark(_ text: String) throws -> AuditVerifier.Mark {
    let parts = text.split(separator: ":")
    guard parts.count == 2, let count = UInt64(parts[0]), let chain = AuditHash(hex: parts[1]) else {
      throw ValidationError("--at-least takes COUNT:HEAD, a number and 64 hexadecimal digits.")
    }
    return AuditVerifier.Mark(count: count, chain: chain)
  }

  private struct Verdict: Encodable {
    let isWhole: Bool
    var count: UInt64?
    var head: AuditHash?
    var root: AuditHash?
    var checkpoints: Int?
    var witnessed: Int?
    var acceptedRollbacks: [String]?
    var publicKey: String?
    var firstBadEntry: UInt64?
    var finding: String?

    init(_ summary: AuditVerifier.Summary) {
      isWhole = true
      count = summary.count
      head = summary.checkpoint.chain
      root = summary.checkpoint.root
      checkpoints = summary.checkpoints
      witnessed = summary.witnessed
      acceptedRollbacks = summary.acceptedRollbacks
      publicKey = summary.publicKey.hex
    }

    init(_ finding: AuditVerifier.Finding) {
      isWhole = false
      firstBadEntry = finding.sequence
      self.finding = finding.description
    }
  }
}

/// Which audit key to trust.
struct VaultAuditKey: ParsableArguments {
  @Option(help: ArgumentHelp("The Ed25519 key to trust, 64 hexadecimal digits.", valueName: "hex")) var key: String?

  /// The 32 bytes, if a key was given.
  var bytes: [UInt8]? {
    get throws {
      try key.map { text in
        guard let bytes = [UInt8](hex: text), bytes.count == 32 else {
          throw ValidationError("--key takes 64 hexadecimal digits.")
        }
        return bytes
      }
    }
  }
}
