import ArgumentParser
import Dashboard
import Foundation
import KeyVaultClient
import Store
import Wire

/// Manages patients and what they wear.
struct PatientCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "patient", abstract: "Add patients and say which device they wear.",
    subcommands: [Add.self, Assign.self, List.self, PatientGroupCommand.self])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Add a patient; prints the pseudonym.",
      discussion: """
        Reads {"name": "…", "birthDate": "YYYY-MM-DD"} from standard input (birthDate may be missing), so that no name
        stands in a process list. The name is sealed before it is stored. Needs a running `sealedbeat up`.
        """)
    @OptionGroup var options: SettingsOptions
    @Option(help: "The device that the patient wears.") var device: String?

    func run() async throws {
      let running = try RunningSystem(dataDirectory: options.load()[Keys.dataDirectory])
      let device = try device.map(PatientCommand.device)
      let input = FileHandle.standardInput.readDataToEndOfFile()
      guard input.count <= 4096, let given = try? JSONDecoder().decode(Input.self, from: input) else {
        throw ConfigurationFault("Standard input must be a JSON object with a name, of at most 4096 bytes.")
      }
      let identity = try PatientIdentity(name: given.name, birthDate: given.birthDate)
      let store = try await running.store()
      let pseudonym = try await running.withVault(as: "svc.dashboard") { vault in
        try await PatientAdministration(registry: store, keys: vault).create(identity, wearing: device)
      }
      print(pseudonym)
    }

    private struct Input: Decodable {
      let name: String
      let birthDate: String?
    }
  }

  struct Assign: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Say who wears a device.")
    @OptionGroup var options: SettingsOptions
    @Argument var device: String
    @Argument(help: "A pseudonym, or `nobody`.") var patient: String

    func run() async throws {
      let device = try PatientCommand.device(device)
      let store = try await ServiceProcess.openStore(options.load(), writing: [.registry])
      guard patient == "nobody" || Pseudonym(patient) != nil else {
        throw ConfigurationFault("\(patient) is no pseudonym; `sealedbeat patient list` shows them.")
      }
      let time = Date.now.unixMicroseconds
      if let pseudonym = Pseudonym(patient) {
        guard try await store.patient(pseudonym) != nil else {
          throw ConfigurationFault("There is no patient \(patient).")
        }
      }
      try await store.assign(device, to: Pseudonym(patient), at: time)
      print("\(device) is worn by \(patient).")
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List pseudonyms and devices; names stay sealed.")
    @OptionGroup var options: SettingsOptions

    func run() async throws {
      let store = try await ServiceProcess.openStore(options.load(), writing: [])
      let devices = Dictionary(grouping: try await store.assignments(), by: \.pseudonym)
      for patient in try await store.patients() {
        print(
          "\(patient.pseudonym)\t\(devices[patient.pseudonym, default: []].map(\.device.name).joined(separator: ","))")
      }
    }
  }

  private static func device(_ name: String) throws -> DeviceID {
    guard let device = DeviceID(name) else {
      throw ConfigurationFault("\(name) is no device name: 3 to 32 of a-z, 0-9 and '-'.")
    }
    return device
  }
}
