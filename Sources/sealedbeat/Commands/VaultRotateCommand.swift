import ArgumentParser
import KeyVaultClient
import Wire

/// Gives a device a new data key.
struct VaultRotateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rotate", abstract: "Ask a device to make its next data key.",
    discussion: """
      The gatekeeper publishes the command, again and again until it is carried out. The device makes the key, hands it to
      the vault sealed, and begins a new session with it; nothing that was recorded before becomes unreadable.
      """)

  @Argument(help: "The device's id.") var device: DeviceID
  @OptionGroup var access: VaultAccess

  func run() async throws {
    try await access.withVault { vault in
      let version = try await vault.requestRotation(device)
      print("\(device) is asked to make key \(version)")
    }
  }
}

/// Interrupts the use of a device's key.
struct VaultSuspendCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "suspend", abstract: "Release no session key of a device's active key until it is resumed.")

  @Argument(help: "The device's id.") var device: DeviceID
  @OptionGroup var access: VaultAccess
  @Option(help: "Why, for the audit log.") var reason: String

  func run() async throws {
    try await access.withVault { vault in
      print("\(device): key \(try await vault.suspend(device, reason: reason)) is suspended")
    }
  }
}

/// Ends the interruption.
struct VaultResumeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Make a device's suspended key active again.")

  @Argument(help: "The device's id.") var device: DeviceID
  @OptionGroup var access: VaultAccess
  @Option(help: "Why, for the audit log.") var reason: String

  func run() async throws {
    try await access.withVault { vault in
      print("\(device): key \(try await vault.resume(device, reason: reason)) is active")
    }
  }
}
