public import ArgumentParser
public import Dashboard
public import Store

/// Manages who may sign in.
struct UserCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "user", abstract: "Manage who may sign in to the dashboard.",
    subcommands: [
      Add.self, Password.self, Disable.self, Enable.self, Assign.self, Unassign.self, List.self, SignIns.self,
      ResetSecondFactor.self,
    ])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Add an account; the password is read from standard input or asked for.",
      discussion: """
        A clinician sees all patients, those to come included, unless --patients names some: then only these, and whom
        `sealedbeat user assign` adds. Administrators and auditors see no patient's signal at all.
        """)
    @OptionGroup var options: SettingsOptions
    @Argument(help: "1 to 64 of a-z, 0-9, '.', '-' and '_'.") var name: String
    @Option(help: "clinician, administrator or auditor.") var role: Role
    @Option(
      help: ArgumentHelp(
        "Whom a clinician may see: all (the default, for a small practice), none, or pseudonyms separated by commas.",
        valueName: "all|none|P-…,P-…"))
    var patients: PatientScope = .all

    func run() async throws {
      let password = try PasswordInput.read(confirming: true)
      let store = try await ServiceProcess.openStore(options.load(), writing: [.registry])
      try await AccountAdministration(registry: store).create(
        name: name, role: role, patients: patients, password: password)
      print("\(name) may sign in as \(role.rawValue)\(role == .clinician ? " and sees \(patients.words)" : "").")
    }
  }

  struct Password: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Set a new password; all sign-ins of the account end.")
    @OptionGroup var options: SettingsOptions
    @Argument var name: String

    func run() async throws {
      let password = try PasswordInput.read(confirming: true)
      let store = try await ServiceProcess.openStore(options.load(), writing: [.registry])
      try await AccountAdministration(registry: store).setPassword(of: name, to: password)
      print("\(name) has a new password.")
    }
  }

  struct Disable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Refuse sign-in.")
    @OptionGroup var options: SettingsOptions
    @Argument var name: String

    func run() async throws {
      let store = try await ServiceProcess.openStore(options.load(), writing: [.registry])
      try await AccountAdministration(registry: store).setDisabled(true, account: name)
      print("\(name) can no longer sign in.")
    }
  }

  struct Enable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Allow sign-in again.")
    @OptionGroup var options: SettingsOptions
    @Argument var name: String

    func run() async throws {
      let store = try await ServiceProcess.openStore(options.load(), writing: [.registry])
      try await AccountAdministration(registry: store).setDisabled(false, account: name)
      print("\(name) may sign in again.")
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List accounts.")
    @OptionGroup var options: SettingsOptions

    func run() async throws {
      let store = try await ServiceProcess.openStore(options.load(), writing: [])
      let accounts = try await store.accounts()
      if accounts.isEmpty { print("There are no accounts; `sealedbeat user add` makes one.") }
      let guarded = Set(try await store.accountsWithSecondFactor())
      let care = Dictionary(grouping: try await store.care(of: nil).filter { $0.group == nil }, by: \.account)
      let groups = Dictionary(grouping: try await store.groupCare(of: nil), by: \.account)
      for account in accounts {
        let scope: PatientScope =
          account.seesAllPatients ? .all : .only(Set((care[account.name] ?? []).map(\.pseudonym)))
        let whole = account.seesAllPatients ? [] : (groups[account.name] ?? []).map { ", all of \($0.group)" }
        let sees = account.role == .clinician ? "\tsees \(scope.words)\(whole.joined())" : ""
        let factor = guarded.contains(account.name) ? "\tsecond factor" : ""
        print("\(account.name)\t\(account.role.rawValue)\(sees)\(factor)\(account.isDisabled ? "\tdisabled" : "")")
      }
    }
  }
}

extension Role: ExpressibleByArgument {}

extension GroupID: ExpressibleByArgument {
  /// Reads `G-…`.
  public init?(argument: String) { self.init(argument) }
}

extension PatientScope: ExpressibleByArgument {
  /// Reads `all`, `none`, or pseudonyms separated by commas.
  public init?(argument: String) {
    switch argument {
    case "all": self = .all
    case "none": self = .only([])
    default:
      let names = argument.split(separator: ",", omittingEmptySubsequences: false)
      let pseudonyms = names.compactMap { Pseudonym($0) }
      guard pseudonyms.count == names.count else { return nil }
      self = .only(Set(pseudonyms))
    }
  }

  var words: String {
    switch self {
    case .all: "all patients"
    case .only(let patients):
      patients.isEmpty ? "no patient" : patients.sorted().map(\.name).joined(separator: ", ")
    }
  }
}
