import ArgumentParser
import Foundation
import KeyVault
import KeyVaultClient

/// Makes a backup of a running vault.
struct VaultBackupCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup",
    abstract: "Get a sealed backup of the running vault, and the recovery file that goes with it.",
    discussion: """
      A backup opens with its recovery file and the root, and with no two of the three alone. Keep them in three places. A
      destruction makes every earlier backup void: make a new one, and replace the recovery file, right after it.
      """)

  @Option(help: ArgumentHelp("The backup.", valueName: "file")) var out: String
  @Option(help: ArgumentHelp("The recovery file; replaced if it is there.", valueName: "file")) var recoveryOut: String
  @OptionGroup var access: VaultAccess

  func run() async throws {
    try await access.withVault { vault in
      let recovery = try await vault.read(.recovery)
      guard FileManager.default.createFile(atPath: out + ".new", contents: nil, attributes: [.posixPermissions: 0o600])
      else { throw ConfigurationFault("\(out).new cannot be written.") }
      defer { try? FileManager.default.removeItem(atPath: out + ".new") }
      let file = try FileHandle(forWritingTo: URL(fileURLWithPath: out + ".new"))
      try await vault.backup { try file.write(contentsOf: Data($0)) }
      try file.synchronize()
      try file.close()
      guard rename(out + ".new", out) == 0 else { throw ConfigurationFault("\(out) cannot be written.") }
      try Data(recovery.utf8).write(to: URL(fileURLWithPath: recoveryOut), options: .atomic)
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: recoveryOut)
      print("\(out) opens with \(recoveryOut) and the root")
    }
  }
}

/// Makes a vault from a backup.
struct VaultRestoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore", abstract: "Make a vault from a backup, its recovery file and the root.",
    discussion: """
      Writes a new vault to --vault-dir, where none may be, checks its audit log, and records the restore in it. Keys that
      changed after the backup was made are as they were then: devices that rotated or enrolled since have to enrol again.
      """)

  @Option(help: ArgumentHelp("The backup.", valueName: "file")) var backup: String
  @Option(help: ArgumentHelp("The recovery file.", valueName: "file")) var recovery: String
  @OptionGroup var place: VaultPlace

  func run() async throws {
    try await VaultFault.reported {
      guard let contents = FileManager.default.contents(atPath: recovery), contents.count <= 4096 else {
        throw VaultError(.badRequest, "\(recovery) is no recovery file that can be read")
      }
      let header = try KeyAuthority.restore(
        backup: backup, recovery: RecoveryFile.decode(contents), root: place.root, directory: place.vaultDir)
      let authority = try KeyAuthority.open(directory: place.vaultDir, root: place.root)
      try authority.recordRestore(header)
      let summary = try authority.verifyAudit()
      try authority.recordClose()
      print(
        "restored from a backup of \(header.auditEntries) audit entries; \(summary.count) verified in \(place.vaultDir)"
      )
    }
  }
}
