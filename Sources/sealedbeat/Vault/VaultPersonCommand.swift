import ArgumentParser
import Foundation
import KeyVault
import KeyVaultClient

/// People who administer or audit keys.
struct VaultPersonCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "person", abstract: "Add, list or remove people who administer or audit keys.",
    subcommands: [Request.self, Add.self, List.self, Certificate.self, Remove.self], defaultSubcommand: List.self)

  struct Request: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a key of your own and a certificate request; run it where you work.",
      discussion: """
        Writes identity.key (mode 0600) and request.pem to DIR. DIR must lie in memory or on a medium that you carry
        (--allow-disk). A request that OpenSSL or a smart card made does as well: P-256, common name person.NAME.
        """)
    @Argument(help: "Your name: 2–32 of a–z, 0–9 and -.") var name: String
    @Option(help: ArgumentHelp("Where to write.", valueName: "dir")) var out: String
    @Flag(help: "Write the private key to a disk all the same.") var allowDisk = false

    func run() async throws {
      try await VaultFault.reported {
        try PersonRequest.make(name, in: out, allowsDisk: allowDisk)
        print("\(out)/request.pem is for `sealedbeat vault person add \(name)`; keep \(out)/identity.key to yourself")
      }
    }
  }

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Let a person sign in; beside the first custodian, another person has to approve it.")
    @Argument(help: "The person's name.") var name: String
    @Option(help: "custodian (administers keys) or auditor (reads everything about keys).") var role: PersonRole
    @Option(help: ArgumentHelp("The person's certificate request, PEM.", valueName: "file")) var request: String
    @OptionGroup var why: VaultReason
    @OptionGroup var access: VaultAccess

    func run() async throws {
      guard let text = try? String(contentsOfFile: request, encoding: .utf8), text.utf8.count <= 4096 else {
        throw ConfigurationFault("\(request) is no certificate request that can be read.")
      }
      try await access.withVault {
        print(try await $0.carryOut(.addPerson(name, role: role.rawValue, request: text), reason: why.reason))
      }
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List people and what they may do, as JSON.")
    @OptionGroup var access: VaultAccess

    func run() async throws {
      try await access.withVault { print(try await $0.read(.people)) }
    }
  }

  struct Certificate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Fetch a person's certificate, and the vault's authority, into the directory of their key.")
    @Argument(help: "The person's name.") var name: String
    @Option(help: ArgumentHelp("The directory with identity.key.", valueName: "dir")) var out: String
    @OptionGroup var access: VaultAccess

    private struct Answer: Decodable {
      let certificatePEM: String
    }

    func run() async throws {
      try await access.withVault { vault in
        let answer = try JSONAnswer.decode(Answer.self, await vault.read(.personCertificate(name)))
        try answer.certificatePEM.write(toFile: "\(out)/identity.pem", atomically: true, encoding: .utf8)
        let authority = try String(contentsOfFile: access.resolve().credentials + "/service-ca.pem", encoding: .utf8)
        try authority.write(toFile: "\(out)/service-ca.pem", atomically: true, encoding: .utf8)
        print("\(name) signs in with --credentials \(out)")
      }
    }
  }

  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Take a person's access away, from their next request on.")
    @Argument(help: "The person's name.") var name: String
    @OptionGroup var why: VaultReason
    @OptionGroup var access: VaultAccess

    func run() async throws {
      try await access.withVault { print(try await $0.carryOut(.removePerson(name), reason: why.reason)) }
    }
  }
}

extension PersonRole: ExpressibleByArgument {}
