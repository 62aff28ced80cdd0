import ArgumentParser
import Foundation
import KeyVault
import KeyVaultClient
import Wire

/// Proposes to destroy all keys of a device.
struct VaultDestroyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "destroy", abstract: "Propose to destroy all keys of a device, for good.",
    discussion: """
      Needs a second person: `sealedbeat vault proposals approve NUMBER`. Then it waits (30 days if you say nothing); until
      then `cancel-destruction` takes it back, and `hold` keeps it back. Afterwards nothing that the device ever recorded can
      be read again: no chunk, no finding, no backup that was made before.
      """)

  @Argument(help: "The device's id.") var device: DeviceID
  @Option(help: ArgumentHelp("Days between the approval and the destruction: 7 to 30.", valueName: "days"))
  var days: Int = KeyPolicy.longestWait
  @OptionGroup var why: VaultReason
  @OptionGroup var access: VaultAccess

  func run() async throws {
    try await access.withVault {
      print(try await $0.carryOut(.proposeDestruction(device, days: days), reason: why.reason))
    }
  }
}

/// Takes a scheduled destruction back.
struct VaultCancelDestructionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel-destruction", abstract: "Take a scheduled destruction back; one person is enough.")

  @Argument(help: "The device's id.") var device: DeviceID
  @OptionGroup var why: VaultReason
  @OptionGroup var access: VaultAccess

  func run() async throws {
    try await access.withVault { print(try await $0.carryOut(.cancelDestruction(device), reason: why.reason)) }
  }
}

/// Lists destructions.
struct VaultDestructionsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "destructions", abstract: "List destructions: waiting, held, cancelled, carried out; as JSON.")

  @OptionGroup var access: VaultAccess

  func run() async throws {
    try await access.withVault { print(try await $0.read(.destructions)) }
  }
}

/// What is left of a destroyed key.
struct VaultCertificateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "certificate", abstract: "Get the signed certificate of a device's destruction.",
    discussion: """
      With --out DIR it writes statement.json, signature.bin and audit-key.pem, which OpenSSL checks alone:
        openssl pkeyutl -verify -pubin -inkey audit-key.pem -rawin -in statement.json -sigfile signature.bin
      """)

  @Argument(help: "The device's id.") var device: DeviceID
  @Option(help: ArgumentHelp("Write the parts here instead of printing JSON.", valueName: "dir")) var out: String?
  @OptionGroup var access: VaultAccess

  func run() async throws {
    try await access.withVault { vault in
      let answer = try await vault.read(.certificate(device))
      guard let out else { return print(answer) }
      let certificate = try JSONAnswer.decode(DestructionCertificate.self, answer)
      let folder = URL(fileURLWithPath: out, isDirectory: true)
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data(certificate.statement.utf8).write(to: folder.appending(path: "statement.json"))
      try Data([UInt8](hex: certificate.signature) ?? []).write(to: folder.appending(path: "signature.bin"))
      try Data(certificate.publicKeyPEM.utf8).write(to: folder.appending(path: "audit-key.pem"))
      print("statement.json, signature.bin and audit-key.pem are in \(out)")
    }
  }
}

/// Keeps keys from being destroyed.
struct VaultHoldCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hold",
    abstract: "Set, release or list legal holds: whatever was approved, held keys are not destroyed.",
    subcommands: [Set.self, Release.self, List.self])

  struct Set: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Keep a device's keys from being destroyed.")
    @Argument(help: "The device's id.") var device: DeviceID
    @OptionGroup var why: VaultReason
    @OptionGroup var access: VaultAccess

    func run() async throws {
      try await access.withVault { print(try await $0.carryOut(.hold(device), reason: why.reason)) }
    }
  }

  struct Release: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Release a hold that another person set.")
    @Argument(help: "The device's id.") var device: DeviceID
    @OptionGroup var why: VaultReason
    @OptionGroup var access: VaultAccess

    func run() async throws {
      try await access.withVault { print(try await $0.carryOut(.releaseHold(device), reason: why.reason)) }
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List all holds as JSON.")
    @OptionGroup var access: VaultAccess

    func run() async throws {
      try await access.withVault { print(try await $0.read(.holds)) }
    }
  }
}
