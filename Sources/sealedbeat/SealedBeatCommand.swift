import ArgumentParser
import Foundation
import Sealing
import Store

/// The one executable: every process of the system is one of its sub-commands.
@main
struct SealedBeatCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sealedbeat", abstract: "Carries a patient's ECG, sealed, from the electrode to the doctor.",
    discussion: """
      TRY IT
        sealedbeat demo                       six patients, a mail server, a webhook receiver
        sealedbeat up --data-dir DIR          the whole system on this machine
        sealedbeat user add NAME --role clinician --data-dir DIR

      Every service is a sub-command of its own, so that each can run, be killed, moved or multiplied alone.
      `sealedbeat config` lists every setting. Secrets are files or systemd credentials, never flags or environment.

      \(ExitStatus.help)
      """,
    version: "0.1.0",
    subcommands: [RunGuardedCommand.self],
    groupedSubcommands: [
      CommandGroup(name: "Whole system:", subcommands: [DemoCommand.self, UpCommand.self]),
      CommandGroup(
        name: "Services:",
        subcommands: [
          VaultCommand.self, GatekeeperCommand.self, BrokerCommand.self, DecryptorCommand.self, NotifierCommand.self,
          DashboardCommand.self, RetentionCommand.self,
        ]),
      CommandGroup(
        name: "People and devices:",
        subcommands: [UserCommand.self, TokenCommand.self, PatientCommand.self, DeviceCommand.self]),
      CommandGroup(
        name: "Measuring:",
        subcommands: [
          AnalyzeCommand.self, EvaluateCommand.self, ReplayCommand.self, DatasetCommand.self, BenchCommand.self,
          ConfigCommand.self,
        ]),
    ])

  static func main() async {
    ProcessHardening.apply()
    do {
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch {
      Fault.exit(with: error)
    }
  }
}

/// Ends the process with one sentence and a code that means something.
private enum Fault {
  static func exit(with error: any Error) -> Never {
    switch error {
    case let fault as ConfigurationFault: end(fault.description, ExitStatus.configuration)
    case let fault as SupervisionFault: end(fault.description, ExitStatus.unavailable)
    case let fault as StoreError:
      end(fault.reason, fault.code == .corrupt ? ExitStatus.badData : ExitStatus.unavailable)
    case let fault as RecordFault: end(fault.description, ExitStatus.badData)
    default: SealedBeatCommand.exit(withError: error)
    }
  }

  private static func end(_ sentence: String, _ code: ExitCode) -> Never {
    FileHandle.standardError.write(Data("sealedbeat: \(sentence)\n".utf8))
    Foundation.exit(code.rawValue)
  }
}
