public import ArgumentParser
import KeyVault
import KeyVaultClient
public import Wire

/// Lets a device enrol.
struct VaultClaimCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "claim", abstract: "Let one device enrol once; writes what it needs to a file.",
    discussion: """
      The file (JSON, mode 0600) holds a one-time token: bring it to the device, then delete it. The token is void after
      its use, after --valid-for, or after `sealedbeat vault revoke-claim`.
      """)

  @Argument(help: "The device's id: 3–32 of a–z, 0–9 and -.") var device: DeviceID
  @OptionGroup var access: VaultAccess

  @Option(help: ArgumentHelp("File to write.", valueName: "file")) var out: String
  @Option(help: ArgumentHelp("The MQTT broker, as the device reaches it.", valueName: "host:port")) var mqtt: String?
  @Option(
    name: .customLong("enrol-url"),
    help: ArgumentHelp("The enrolment listener, as the device reaches it.", valueName: "https://host:port"))
  var enrolURL: String?
  @Option(
    name: .customLong("service-url"),
    help: ArgumentHelp("The service listener, as the device reaches it.", valueName: "https://host:port"))
  var serviceURL: String?
  @Option(help: ArgumentHelp("Life of the claim: 1 to 1440 minutes.", valueName: "minutes")) var validFor: UInt64 = 60

  func run() async throws {
    let place = try access.resolve()
    guard let (mqttHost, mqttPort) = HostAndPort.parse(mqtt ?? place.mqtt) else {
      throw ConfigurationFault("`\(mqtt ?? place.mqtt)` is not host:port.")
    }
    try await access.withVault { vault in
      let answer = try await vault.claim(device, lifeSeconds: validFor * 60)
      let bundle = ProvisioningBundle(
        device: device, claimToken: answer.claim.token, enrolURL: enrolURL ?? place.enrolURL,
        serviceURL: serviceURL ?? place.vaultURL, caPEM: answer.caPEM, hpkePublicKey: answer.hpkePublicKey,
        mqttHost: mqttHost, mqttPort: mqttPort)
      try bundle.write(to: out)
      print("claim \(answer.claim.id) for \(device), valid \(validFor) min: \(out)")
    }
  }
}

/// Lists claims.
struct VaultClaimsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "claims", abstract: "List claims that could be used now, as JSON; never their tokens.")

  @OptionGroup var access: VaultAccess

  func run() async throws {
    try await access.withVault { print(try await $0.read(.claims)) }
  }
}

/// Takes a claim back.
struct VaultRevokeClaimCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke-claim", abstract: "Make a claim void that was not used yet.")

  @Argument(help: "The claim's number, as `claim` printed it.") var claim: Int64
  @OptionGroup var access: VaultAccess

  func run() async throws {
    try await access.withVault { try await $0.revokeClaim(claim) }
  }
}

extension DeviceID: ExpressibleByArgument {
  /// Reads a device id from the command line.
  public init?(argument: String) { self.init(argument) }
}
