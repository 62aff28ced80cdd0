import ArgumentParser
import Foundation
import KeyVault
import KeyVaultClient

/// Everything about keys.
struct VaultCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vault", abstract: "Make, run, administer and check the key vault.",
    discussion: """
      Beside the vault's file, with its root key (the vault must not be running):
        init, serve, provision, audit verify (also while it runs, and without the root key)

      From anywhere, with the operator's certificate (--credentials DIR, by default $CREDENTIALS_DIRECTORY):
        claim, rotate, suspend, resume, keys, grants, audit list/export/prove, report

      No key is ever printed, and no secret is ever taken from a flag or the environment.
      """,
    subcommands: [
      VaultInitCommand.self, VaultServeCommand.self, VaultProvisionCommand.self, VaultClaimCommand.self,
      VaultRevokeClaimCommand.self, VaultRotateCommand.self, VaultSuspendCommand.self, VaultResumeCommand.self,
      VaultKeysCommand.self, VaultGrantsCommand.self, VaultAuditCommand.self, VaultReportCommand.self,
    ])
}

/// Where the vault rests and what opens it.
struct VaultPlace: ParsableArguments {
  @Option(help: ArgumentHelp("Directory of the vault's file.", valueName: "dir"))
  var vaultDir: String

  @Option(
    help: ArgumentHelp(
      "File with the root key: 32 random bytes, mode 0600. By default the credential vault-root-key, or root.key in the "
        + "vault's directory.", valueName: "file"))
  var rootKeyFile: String?

  @Option(help: ArgumentHelp("File with a root passphrase (scrypt), mode 0600, instead of a key.", valueName: "file"))
  var rootPassphraseFile: String?

  func validate() throws {
    guard rootKeyFile == nil || rootPassphraseFile == nil else {
      throw ValidationError("--root-key-file and --root-passphrase-file exclude each other.")
    }
  }

  /// The root that was named, or found among the credentials.
  var root: RootKeySource {
    if let rootPassphraseFile { return .passphraseFile(path: rootPassphraseFile) }
    if let rootKeyFile { return .keyFile(path: rootKeyFile) }
    if let credentials = ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"] {
      let path = credentials + "/vault-root-key"
      if FileManager.default.fileExists(atPath: path) { return .keyFile(path: path) }
    }
    return .keyFile(path: vaultDir + "/root.key")
  }

  /// Makes the key file, unless it is there.
  func createRootKeyIfMissing() throws {
    guard case .keyFile(let path) = root, !FileManager.default.fileExists(atPath: path) else { return }
    try FileManager.default.createDirectory(
      atPath: vaultDir, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    try RootKeySource.createKeyFile(path: path)
  }
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
      do {
        try await body(vault)
      } catch {
        await vault.close()
        throw error
      }
      await vault.close()
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
    case .wrongRoot, .forbidden, .noGrant, .claimRefused: ExitStatus.noPermission
    case .rootUnreadable, .notInitialised, .alreadyInitialised, .notInMemory, .badRequest: ExitStatus.configuration
    case .inUse, .storage, .auditUnavailable, .tooMany, .timedOut: ExitStatus.unavailable
    case .corrupted: ExitStatus.badData
    default: ExitStatus.software
    }
  }
}
