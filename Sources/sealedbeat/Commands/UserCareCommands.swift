import ArgumentParser
import Dashboard
import Store

extension UserCommand {
  /// What `assign` and `unassign` share: whose, whom, and where.
  struct CareOptions: ParsableArguments {
    @OptionGroup var options: SettingsOptions
    @Argument(help: "The clinician's account.") var name: String
    @Option(help: ArgumentHelp("The patient's pseudonym, or all.", valueName: "P-…|all"))
    var patient: PatientScope = .only([])
    @Option(help: ArgumentHelp("A group, for everybody in it.", valueName: "G-…")) var group: [GroupID] = []

    func validate() throws {
      if patient == .only([]), group.isEmpty { throw ValidationError("Name a patient, all, or a group.") }
    }

    /// Whom it is about.
    var words: String {
      let patients = patient == .only([]) ? [] : [patient.words]
      return (patients + group.map { "everybody in \($0)" }).joined(separator: ", ")
    }

    /// Gives or takes, and tells whether the account sees all patients afterwards.
    func change(isGiven: Bool) async throws -> Bool {
      let store = try await ServiceProcess.openStore(options.load(), writing: [.registry])
      let accounts = try AccountAdministration(registry: store)
      switch patient {
      case .all: try await accounts.setSeesAllPatients(isGiven, account: name)
      case .only(let patients):
        for patient in patients {
          if isGiven {
            try await accounts.assign(patient, to: name)
          } else {
            try await accounts.unassign(patient, from: name)
          }
        }
      }
      for group in group {
        if isGiven {
          try await accounts.assign(group, to: name)
        } else {
          try await accounts.unassign(group, from: name)
        }
      }
      return try await store.account(name)?.seesAllPatients == true
    }
  }

  struct Assign: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Let a clinician see a patient, or all patients.",
      discussion: "It counts at once, in pages that are open too.")
    @OptionGroup var care: CareOptions

    func run() async throws {
      let seesAll = try await care.change(isGiven: true)
      let words = seesAll ? "all patients" : care.words
      print("\(care.name) sees \(words)\(seesAll && care.patient != .all ? " anyway" : "").")
    }
  }

  struct Unassign: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "End that a clinician sees a patient; with all, that they see more than those assigned one by one.",
      discussion: "It counts at once, in pages that are open too.")
    @OptionGroup var care: CareOptions

    func run() async throws {
      let seesAll = try await care.change(isGiven: false)
      let words = care.patient == .all ? "more than the patients assigned one by one" : care.words
      print(
        seesAll
          ? "\(care.name) still sees all patients: `sealedbeat user unassign \(care.name) --patient all` ends that."
          : "\(care.name) no longer sees \(words).")
    }
  }
}
