import ArgumentParser
import Foundation
import KeyVault
import KeyVaultClient

/// Everything about keys.
struct VaultCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vault", abstract: "Make, run, administer and check the key vault.",
    discussion: """
      Beside the vault's file, with its root (the vault must not be running):
        init, serve, provision, restore, rotate-root; while it runs too: status, unseal, and without the root audit verify

      From anywhere, signed in as the operator, a custodian or an auditor (--credentials DIR, by default
      $CREDENTIALS_DIRECTORY): everything else. What destroys, lets people in or touches the root needs two people.

      No key is ever printed, and no secret is ever taken from a flag or the environment.
      """,
    groupedSubcommands: [
      CommandGroup(
        name: "The vault:",
        subcommands: [
          VaultInitCommand.self, VaultServeCommand.self, VaultProvisionCommand.self, VaultSealCommand.self,
          VaultUnsealCommand.self, VaultStatusCommand.self, VaultBackupCommand.self, VaultRestoreCommand.self,
        ]),
      CommandGroup(
        name: "Devices and their keys:",
        subcommands: [
          VaultClaimCommand.self, VaultClaimsCommand.self, VaultRevokeClaimCommand.self, VaultRotateCommand.self,
          VaultSuspendCommand.self, VaultResumeCommand.self, VaultDeactivateCommand.self, VaultCompromiseCommand.self,
          VaultRevokeCommand.self, VaultReinstateCommand.self,
        ]),
      CommandGroup(
        name: "Destruction:",
        subcommands: [
          VaultDestroyCommand.self, VaultCancelDestructionCommand.self, VaultDestructionsCommand.self,
          VaultCertificateCommand.self, VaultHoldCommand.self,
        ]),
      CommandGroup(
        name: "The vault's own keys:",
        subcommands: [VaultRotateTenantCommand.self, VaultRewrapCommand.self, VaultRotateRootCommand.self]),
      CommandGroup(
        name: "Who may do what:",
        subcommands: [VaultGrantsCommand.self, VaultPersonCommand.self, VaultProposalsCommand.self]),
      CommandGroup(
        name: "For the reviewer:",
        subcommands: [
          VaultReportCommand.self, VaultKeysCommand.self, VaultHistoryCommand.self, VaultAuditCommand.self,
        ]),
    ])
}

/// How the operator reaches a running vault.
struct VaultAccess: ParsableArguments {
  @OptionGroup var options: SettingsOptions

  @Option(
    name: .customLong("vault"), help: ArgumentHelp("The vault's service listener.", valueName: "https://host:port"))
  var vaultURL: String?

  @Option(
    help: ArgumentHelp(
      "Directory with the operator's identity; by default $CREDENTIALS_DIRECTORY, or that of a running `up`.",
      valueName: "dir"))
  var credentials: String?

  /// Addresses, from flags, from a running `sealedbeat up` on the data directory, or from the configuration.
  func resolve() throws -> (vaultURL: String, enrolURL: String, mqtt: String, credentials: String) {
    let settings = try options.load()
    let running = try? RunningSystem(dataDirectory: settings[Keys.dataDirectory])
    let environment = ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"]
    guard let directory = credentials ?? environment ?? running.map({ "\($0.addresses.credentials)/svc.operator" })
    else {
      throw ConfigurationFault(
        "No credentials: name the directory that `sealedbeat vault provision` wrote for svc.operator with --credentials."
      )
    }
    return (
      vaultURL ?? running?.addresses.vaultURL ?? "https://\(settings[Keys.vaultHost]):\(settings[Keys.vaultPort])",
      running?.addresses.enrolURL ?? "https://\(settings[Keys.vaultHost]):\(settings[Keys.vaultEnrolPort])",
      running.map { "\($0.addresses.mqttHost):\($0.addresses.mqttPort)" }
        ?? "\(settings[Keys.mqttHost]):\(settings[Keys.mqttPort])", directory
    )
  }

  /// Runs `body` with a connection, and closes it.
  func withVault(_ body: (VaultOperator) async throws -> Void) async throws {
    try await VaultFault.reported {
      let place = try resolve()
      let vault = try VaultOperator(VaultClientConfiguration(url: place.vaultURL, credentials: place.credentials))
      try await vault.whileOpen(body)
    }
  }
}

/// Tells a fault of the vault in one sentence, with an exit code that says what kind it is.
enum VaultFault {
  static func reported(_ body: () async throws -> Void) async throws {
    do {
      try await body()
    } catch let error as VaultError {
      throw tell(error.reason, exit(error.code))
    } catch let error as KeyVaultError {
      switch error {
      case .unavailable(let cause): throw tell("the vault does not answer: \(cause)", ExitStatus.unavailable)
      case .sealed: throw tell("the vault is sealed", ExitStatus.unavailable)
      case .forbidden(let reason): throw tell(reason, ExitStatus.noPermission)
      case .badAnswer(let reason): throw tell("the vault's answer is malformed: \(reason)", ExitStatus.badData)
      }
    } catch let finding as AuditVerifier.Finding {
      throw tell("the audit log is not whole: \(finding.description)", ExitStatus.findings)
    }
  }

  static func tell(_ sentence: String, _ code: ExitCode) -> ExitCode {
    FileHandle.standardError.write(Data("sealedbeat: \(sentence)\n".utf8))
    return code
  }

  private static func exit(_ code: VaultError.Code) -> ExitCode {
    switch code {
    case .wrongRoot, .forbidden, .noGrant, .claimRefused, .needsSecondPerson, .heldByLaw, .stateForbids,
      .deviceRevoked:
      ExitStatus.noPermission
    case .rootUnreadable, .notInitialised, .alreadyInitialised, .notInMemory, .badRequest: ExitStatus.configuration
    case .inUse, .sealed, .storage, .auditUnavailable, .tooMany, .timedOut: ExitStatus.unavailable
    case .corrupted, .unopenable, .badCertificateRequest, .unknown, .unknownDevice: ExitStatus.badData
    default: ExitStatus.software
    }
  }
}
