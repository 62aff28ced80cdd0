import ArgumentParser
import Dashboard
import KeyVaultClient
import Store

/// Manages groups of patients.
struct PatientGroupCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "group", abstract: "Make groups of patients (a ward, a room, a study) and say who is in them.",
    subcommands: [Add.self, Join.self, Leave.self, Remove.self, List.self])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a group; prints its public name.",
      discussion: """
        Reads what it is called from standard input, one line of 1 to 40 characters, so that it stands in no process list. The
        name is sealed before it is stored, as it says something of everybody in it. Needs a running `sealedbeat up`.
        """)
    @OptionGroup var options: SettingsOptions

    func run() async throws {
      let running = try RunningSystem(dataDirectory: options.load()[Keys.dataDirectory])
      let name = try GroupName(readLine(strippingNewline: true) ?? "")
      let store = try await running.store()
      let group = try await running.withVault(as: "svc.dashboard") { vault in
        try await GroupAdministration(registry: store, keys: vault).create(name)
      }
      print(group)
    }
  }

  /// Which patient and which group.
  struct MembershipOptions: ParsableArguments {
    @OptionGroup var options: SettingsOptions
    @Argument(help: "The patient's pseudonym.") var patient: String
    @Argument(help: "The group's public name.") var group: GroupID

    func change(
      _ body: (GroupMembers, Pseudonym) async throws -> Void
    ) async throws {
      guard let pseudonym = Pseudonym(patient) else {
        throw ConfigurationFault("\(patient) is no pseudonym; `sealedbeat patient list` shows them.")
      }
      let store = try await ServiceProcess.openStore(options.load(), writing: [.registry])
      try await body(GroupMembers(registry: store), pseudonym)
    }
  }

  struct Join: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Put a patient into a group.")
    @OptionGroup var membership: MembershipOptions

    func run() async throws {
      try await membership.change { members, patient in try await members.add(patient, to: membership.group) }
      print("\(membership.patient) is in \(membership.group).")
    }
  }

  struct Leave: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Take a patient out of a group.")
    @OptionGroup var membership: MembershipOptions

    func run() async throws {
      try await membership.change { members, patient in
        try await members.remove(patient, from: membership.group)
      }
      print("\(membership.patient) is not in \(membership.group).")
    }
  }

  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Remove a group; its patients stay.",
      discussion: "Whoever saw them with this group alone sees them no more, in pages that are open too.")
    @OptionGroup var options: SettingsOptions
    @Argument(help: "The group's public name.") var group: GroupID

    func run() async throws {
      let store = try await ServiceProcess.openStore(options.load(), writing: [.registry])
      try await GroupMembers(registry: store).remove(group)
      print("\(group) is removed.")
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List groups and who is in them; names stay sealed.")
    @OptionGroup var options: SettingsOptions

    func run() async throws {
      let store = try await ServiceProcess.openStore(options.load(), writing: [])
      let members = Dictionary(grouping: try await store.memberships(), by: \.group)
      for group in try await store.groups() {
        print("\(group.id)\t\(members[group.id, default: []].map(\.pseudonym.name).joined(separator: ","))")
      }
    }
  }
}
