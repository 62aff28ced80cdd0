import ArgumentParser
import Dashboard
import Foundation
import Store

extension UserCommand {
  struct SignIns: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "sign-ins", abstract: "List where somebody is signed in, or end that.",
      discussion: "The list says since when, when last used, with what, from where, and how it was proved.")
    @OptionGroup var options: SettingsOptions
    @Argument(help: "The account.") var name: String
    @Flag(help: "End them all: the next request of each is refused.") var end = false

    func run() async throws {
      let store = try await ServiceProcess.openStore(options.load(), writing: end ? [.registry] : [])
      if end {
        let count = try await AccountAdministration(registry: store).endSignIns(of: name)
        return print("\(count) sign-in\(count == 1 ? "" : "s") of \(name) ended.")
      }
      guard try await store.account(name) != nil else { throw ConfigurationFault("There is no account \(name).") }
      let now = Date.now.unixMicroseconds
      let signIns = try await store.signIns(of: name, at: now)
      if signIns.isEmpty { print("\(name) is signed in nowhere.") }
      for one in signIns {
        let agent = one.agent.isEmpty ? "unknown browser" : one.agent
        print(
          "since \(Self.time(one.createdAt))\tused \(Self.time(one.lastUsedAt))\t\(agent)\t\(one.address)\t\(one.method.rawValue)"
        )
      }
    }

    private static func time(_ microseconds: UnixMicroseconds) -> String {
      Date(timeIntervalSince1970: Double(microseconds) / 1e6).formatted(.iso8601)
    }
  }

  struct ResetSecondFactor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "reset-second-factor", abstract: "Take the second factor of somebody who lost it away.",
      discussion: """
        Their recovery codes and sign-ins end with it; the record of the account says that the operator did it. Make sure who asks:
        until they add a new one, the password alone lets somebody in.
        """)
    @OptionGroup var options: SettingsOptions
    @Argument(help: "The account.") var name: String

    func run() async throws {
      let store = try await ServiceProcess.openStore(options.load(), writing: [.registry])
      try await AccountAdministration(registry: store).resetSecondFactor(of: name)
      print("\(name) has no second factor any more and is signed out everywhere.")
    }
  }
}
