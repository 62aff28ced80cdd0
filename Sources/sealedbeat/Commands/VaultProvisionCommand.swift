import ArgumentParser
import KeyVault

/// Gives every service its identity.
struct VaultProvisionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "provision", abstract: "Issue new identities to all services, and the first grants.",
    discussion: """
      Makes the vault if there is none. Writes DIR/svc.broker, svc.gatekeeper, svc.decryptor, svc.notifier, svc.dashboard,
      svc.retention, svc.operator and svc.vault (identity.pem, identity.key, service-ca.pem, device-ca.pem, audit-key.hex), DIR/mosquitto (server.pem,
      server.key, clients-ca.pem) and DIR/https, each readable by its owner alone. DIR must lie in memory (/run, /dev/shm).
      """)

  @OptionGroup var place: VaultPlace

  @Option(help: ArgumentHelp("Directory for the identities.", valueName: "dir"))
  var credentialsOut: String

  @Option(help: ArgumentHelp("A name or address for the certificates, besides localhost.", valueName: "name"))
  var host: [String] = []

  @Flag(help: "Make the root key file if there is none.")
  var createRootKey = false

  @Flag(help: "Write private keys to a disk all the same.")
  var allowDisk = false

  func run() async throws {
    try await VaultFault.reported {
      if createRootKey { try place.createRootKeyIfMissing() }
      let authority =
        if KeyAuthority.exists(in: place.vaultDir) {
          try KeyAuthority.open(directory: place.vaultDir, root: place.root)
        } else {
          try KeyAuthority.create(directory: place.vaultDir, root: place.root)
        }
      try authority.provision(directory: credentialsOut, hosts: host, allowsDisk: allowDisk)
      try authority.recordClose()
    }
  }
}
