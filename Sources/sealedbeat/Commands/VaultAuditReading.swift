import ArgumentParser
import Foundation
import Glibc
import KeyVaultClient

/// Lists entries.
struct VaultAuditList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "Print entries as JSON.")

  @Option(help: ArgumentHelp("First entry; 1,000 are printed at once.", valueName: "number")) var from: UInt64 = 1
  @Option(
    help: ArgumentHelp("Only about this object and what lies below it, e.g. device/pump-1.", valueName: "object"))
  var object: String?
  @Option(help: ArgumentHelp("Only of this actor, e.g. svc.decryptor.", valueName: "actor")) var actor: String?
  @OptionGroup var access: VaultAccess

  func run() async throws {
    try await access.withVault { print(try await $0.audit(from: from, object: object, actor: actor)) }
  }
}

/// Exports entries.
struct VaultAuditExport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write entries as JSON lines, for a SIEM.")

  @Option(help: ArgumentHelp("First entry.", valueName: "number")) var from: UInt64 = 1
  @Option(
    help: ArgumentHelp("Where to write; standard output if left out. Written to a new file first.", valueName: "file"))
  var out: String?
  @OptionGroup var access: VaultAccess

  func run() async throws {
    try await access.withVault { vault in
      guard let out else {
        return try await vault.exportAudit(from: from) { try FileHandle.standardOutput.write(contentsOf: Data($0)) }
      }
      let partial = out + ".partial"
      guard FileManager.default.createFile(atPath: partial, contents: nil, attributes: [.posixPermissions: 0o600]),
        let file = FileHandle(forWritingAtPath: partial)
      else { throw VaultFault.tell("\(partial) cannot be written", ExitStatus.unavailable) }
      try await vault.exportAudit(from: from) { try file.write(contentsOf: Data($0)) }
      try file.synchronize()
      try file.close()
      guard rename(partial, out) == 0 else { throw VaultFault.tell("\(out) cannot be written", ExitStatus.unavailable) }
    }
  }
}
