import ArgumentParser
import KeyVault
import Logging
import Sealing
import ServiceLifecycle
import Telemetry

/// Runs the vault.
struct VaultServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Serve keys to services (mutual TLS 1.3) and enrolment to devices (TLS 1.3).",
    discussion: """
      A vault that opens with shares starts sealed, and so does any other with --sealed: `sealedbeat vault unseal` opens it.
      All memory is locked where that is permitted (LimitMEMLOCK=infinity); `sealedbeat vault status` says whether it is.
      """)

  @OptionGroup var place: VaultPlace
  @OptionGroup var options: SettingsOptions

  @Option(help: ArgumentHelp("Where services connect.", valueName: "host:port"))
  var listen: String?

  @Option(help: ArgumentHelp("Where devices enrol.", valueName: "host:port"))
  var enrolListen: String?

  @Option(help: ArgumentHelp("A name or address for the listeners' certificate, besides localhost.", valueName: "name"))
  var host: [String] = []

  @Flag(help: "Start sealed, and read the root only when somebody unseals.")
  var sealed = false

  @Option(help: ArgumentHelp("Write both addresses here, a line each, when both are bound.", valueName: "file"))
  var readyFile: String?

  @OptionGroup var witness: VaultWitnessOptions

  func run() async throws {
    let settings = try options.load()
    let process = ServiceProcess("vault", settings: settings)
    ProcessHardening.lockAllMemory()
    try await VaultFault.reported {
      let door = try openDoor(witness.rollback(of: place.vaultDir, settings), policy: Self.policy(settings))
      let socket = try unsealSocket(door, process.logger)
      let server = try VaultServer(
        door: door,
        serviceAddress: Self.address(listen ?? "\(settings[Keys.vaultBind]):\(settings[Keys.vaultPort])"),
        enrolmentAddress: Self.address(
          enrolListen ?? "\(settings[Keys.vaultBind]):\(settings[Keys.vaultEnrolPort])"),
        hosts: host + [settings[Keys.vaultHost]], readyFile: readyFile, logger: process.logger)
      let witnesses = WitnessService(door: door, sinks: try witness.sinks(settings), logger: process.logger)
      // Ended last, the witnesses learn of the vault's closing entry.
      try await process.run(
        [witnesses, server] + (socket.map { [$0] } ?? []),
        checks: [
          .init(name: "vault") { server.isReady }, .init(name: "unsealed") { !door.status().isSealed },
        ])
    }
  }

  private static func policy(_ settings: Settings) -> KeyPolicy {
    var policy = KeyPolicy.standard
    policy.deviceKeyPeriod = UInt64(settings[Keys.vaultDeviceKeyPeriod])
    policy.tenantKeyPeriod = UInt64(settings[Keys.vaultTenantKeyPeriod])
    return policy
  }

  private func openDoor(_ rollback: WitnessRollback?, policy: KeyPolicy) throws -> VaultDoor {
    let kind = try SealedVault(directory: place.vaultDir).root.kind
    if kind == .shares, place.rootShareFile.isEmpty { return try VaultDoor(sealed: place.vaultDir, policy: policy) }
    let root = try place.root
    if sealed { return try VaultDoor(sealed: place.vaultDir, root: root, policy: policy) }
    let authority = try KeyAuthority.open(directory: place.vaultDir, root: root, policy: policy)
    if let rollback { try authority.accept(rollback, actor: "local") }
    // Shares are not kept: who seals this vault gathers its custodians again.
    return VaultDoor(opened: authority, root: kind == .shares ? nil : root)
  }

  /// A sealed vault must be reachable for its custodians; an open one can do without, for instance in a directory whose
  /// path is longer than a socket's address.
  private func unsealSocket(_ door: VaultDoor, _ logger: Logger) throws -> UnsealSocket? {
    do {
      return try UnsealSocket(door: door, logger: logger)
    } catch {
      if door.status().isSealed { throw error }
      logger.warning("no local unsealing", metadata: ["reason": "\(error)"])
      return nil
    }
  }

  private static func address(_ text: String) throws -> VaultServer.Address {
    guard let (host, port) = HostAndPort.parse(text) else {
      throw ConfigurationFault("`\(text)` is not host:port.")
    }
    return VaultServer.Address(host: host, port: port)
  }
}

/// `host:port`; an IPv6 address stands in brackets.
enum HostAndPort {
  static func parse(_ text: String) -> (host: String, port: Int)? {
    guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
      (0...65_535).contains(port)
    else { return nil }
    let host = text[..<colon].trimmingPrefix("[")
    let name = host.hasSuffix("]") ? host.dropLast() : host
    return name.isEmpty ? nil : (String(name), port)
  }
}
