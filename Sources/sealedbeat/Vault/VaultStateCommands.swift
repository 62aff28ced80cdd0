import ArgumentParser
import KeyVaultClient
import Wire

/// Ends the time of a device's key.
struct VaultDeactivateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "deactivate",
    abstract: "End the time of a device's key: it protects nothing new and still opens the old.",
    discussion: "The device needs a new enrolment afterwards. To let it go on with a new key, use `rotate`.")

  @Argument(help: "The device's id.") var device: DeviceID
  @OptionGroup var why: VaultReason
  @OptionGroup var access: VaultAccess

  func run() async throws {
    try await access.withVault { print(try await $0.carryOut(.deactivate(device), reason: why.reason)) }
  }
}

/// Every move of a key's life.
struct VaultHistoryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "List every move of a key's life with its time, actor and reason, as JSON.")

  @Argument(help: "The key's id, e.g. tenant-kek/1 or device/ward-7/2; device/ward-7 for all keys of a device.")
  var key: String
  @OptionGroup var access: VaultAccess

  func run() async throws {
    try await access.withVault { print(try await $0.read(.history(key: key))) }
  }
}

/// Moves everything under a new key-encryption key.
struct VaultRotateTenantCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rotate-tenant", abstract: "Make a new tenant key-encryption key and move every key under it.",
    discussion: """
      The move (`rewrap`) runs in the vault, batch by batch, while it serves; each key opens at every moment. When nothing is
      under the old key any more, the old key is destroyed. An interrupted move goes on by itself.
      """)

  @OptionGroup var why: VaultReason
  @OptionGroup var access: VaultAccess
  @Flag(help: "Return at once instead of showing progress until the move is complete.") var noWait = false

  func run() async throws {
    try await access.withVault { vault in
      print(try await vault.carryOut(.rotateTenantKey, reason: why.reason))
      if !noWait { try await RewrapWatch.follow(vault) }
    }
  }
}

/// How far the move is.
struct VaultRewrapCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rewrap", abstract: "Go on moving every key under the present tenant key, and show progress.")

  @OptionGroup var access: VaultAccess
  @Flag(help: "Print how far it is as JSON, start nothing.") var status = false

  func run() async throws {
    try await access.withVault { vault in
      if status { return print(try await vault.read(.rewrap)) }
      _ = try await vault.carryOut(.rewrap, reason: "asked for")
      try await RewrapWatch.follow(vault)
    }
  }
}

/// Shows a rewrap until it is complete.
private enum RewrapWatch {
  private struct Progress: Decodable {
    let version: UInt32
    let done: Int
    let remaining: Int
  }

  static func follow(_ vault: VaultOperator) async throws {
    var line = ProgressLine()
    while true {
      let progress = try JSONAnswer.decode(Progress.self, await vault.read(.rewrap))
      let total = progress.done + progress.remaining
      line.show(total == 0 ? 1 : Double(progress.done) / Double(total), "\(progress.done) of \(total) keys")
      if progress.remaining == 0 {
        line.clear()
        print("\(progress.done) keys are under tenant-kek/\(progress.version)")
        return
      }
      try await Task.sleep(for: .milliseconds(200))
    }
  }
}
