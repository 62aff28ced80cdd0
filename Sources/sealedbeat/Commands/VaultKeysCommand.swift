import ArgumentParser
import Foundation
import KeyVaultClient
import Wire

/// Lists keys.
struct VaultKeysCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys", abstract: "List devices and the states of their keys, as JSON; never a key.")

  @Argument(help: "One device; all if left out.") var device: DeviceID?
  @OptionGroup var access: VaultAccess
  @Option(help: ArgumentHelp("Begin after this device: 1,000 are listed at once.", valueName: "device"))
  var after = ""

  func run() async throws {
    try await access.withVault { vault in
      print(try await vault.read(device.map { .device($0) } ?? .devices(after: after)))
    }
  }
}

/// Grants.
struct VaultGrantsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "grants", abstract: "List, add or remove grants.",
    subcommands: [List.self, Add.self, Remove.self], defaultSubcommand: List.self)

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List all grants as JSON.")
    @OptionGroup var access: VaultAccess

    func run() async throws {
      try await access.withVault { print(try await $0.read(.grants)) }
    }
  }

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Let a service receive a kind of key.")
    @Argument(help: "Who, e.g. svc.decryptor.") var service: String
    @Argument(help: "session, findings, patients, plans, or people (the dashboard speaks for who is signed in).")
    var purpose: String
    @Option(help: "Of which device; of all if left out.") var device: DeviceID?
    @Option(help: ArgumentHelp("Until when, from now; for ever if left out.", valueName: "hours")) var hours: UInt64?
    @OptionGroup var access: VaultAccess

    func run() async throws {
      guard let service = ServiceID(rawValue: service) else {
        throw ValidationError("\(service) is no service identity.")
      }
      guard hours.map({ (1...876_000).contains($0) }) ?? true else {
        throw ValidationError("--hours lies from 1 to 876000.")
      }
      let expires = hours.map { Date.now.unixMicroseconds + $0 * 3_600_000_000 }
      try await access.withVault {
        print(try await $0.addGrant(service, device: device, purpose: purpose, expires: expires))
      }
    }
  }

  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Take a grant away, from now on.")
    @Argument(help: "Its number, as the list shows it.") var grant: Int64
    @OptionGroup var access: VaultAccess

    func run() async throws {
      try await access.withVault { try await $0.removeGrant(grant) }
    }
  }
}
