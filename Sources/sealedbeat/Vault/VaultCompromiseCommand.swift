import ArgumentParser
import Dashboard
import Foundation
import KeyVaultClient
import Store
import Wire

/// A key that somebody knows who should not.
struct VaultCompromiseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compromise", abstract: "Report keys of a device as compromised, and list exactly what they expose.",
    subcommands: [Report.self, Show.self, Admit.self])

  struct Report: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Mark keys as compromised; the device is asked for a new one at once.",
      discussion: """
        Sessions that were known stay readable for those with grants; a session under the key that appears later is refused,
        since anybody could have made it. If the device itself is lost, `revoke` it as well.
        """)
    @Argument(help: "The device's id.") var device: DeviceID
    @Option(help: "Version of the key; every version if left out.") var version: UInt32?
    @OptionGroup var why: VaultReason
    @OptionGroup var access: VaultAccess

    func run() async throws {
      try await access.withVault { vault in
        let answer = try await vault.carryOut(.reportCompromise(device, version: version), reason: why.reason)
        print(try await VaultCompromiseCommand.exposure(answer, access))
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List again what compromised keys of a device expose.")
    @Argument(help: "The device's id.") var device: DeviceID
    @OptionGroup var access: VaultAccess

    func run() async throws {
      try await access.withVault { vault in
        print(try await VaultCompromiseCommand.exposure(await vault.read(.compromise(device)), access))
      }
    }
  }

  struct Admit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Let a session be read that appeared only after its key was reported, once you know that it is genuine."
    )
    @Argument(help: "The device's id.") var device: DeviceID
    @Argument(help: "The session's id, 32 hexadecimal digits, as `report` and `show` list it.") var session: String
    @OptionGroup var why: VaultReason
    @OptionGroup var access: VaultAccess

    func run() async throws {
      guard let id = [UInt8](hex: session).flatMap({ SessionID($0) }) else {
        throw ValidationError("A session's id has 32 hexadecimal digits.")
      }
      let store = try await ServiceProcess.openStore(access.options.load(), writing: [])
      guard let record = try await store.session(SessionReference(device: device, session: id)) else {
        throw ConfigurationFault("The store holds no session \(session) of \(device).")
      }
      try await access.withVault {
        print(
          try await $0.carryOut(
            .admitSession(record.reference, iv: record.iv, version: record.keyVersion), reason: why.reason))
      }
    }
  }

  /// What the vault answers, with every session and the number of chunks that the store holds under these keys.
  private static func exposure(_ answer: String, _ access: VaultAccess) async throws -> String {
    let report = try JSONAnswer.decode(ExposureView.Report.self, answer)
    let store = try await ServiceProcess.openStore(access.options.load(), writing: [])
    return try ExposureView(report, sessions: await store.sessions(of: report.device, limit: Int(Int32.max)))
      .prettyJSON()
  }
}
