import ArgumentParser
import KeyVault
import Telemetry

/// Runs the vault.
struct VaultServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Serve keys to services (mutual TLS 1.3) and enrolment to devices (TLS 1.3).")

  @OptionGroup var place: VaultPlace
  @OptionGroup var options: SettingsOptions

  @Option(help: ArgumentHelp("Where services connect.", valueName: "host:port"))
  var listen: String?

  @Option(help: ArgumentHelp("Where devices enrol.", valueName: "host:port"))
  var enrolListen: String?

  @Option(help: ArgumentHelp("A name or address for the listeners' certificate, besides localhost.", valueName: "name"))
  var host: [String] = []

  @Option(help: ArgumentHelp("Write both addresses here, a line each, when both are bound.", valueName: "file"))
  var readyFile: String?

  @OptionGroup var witness: VaultWitnessOptions

  func run() async throws {
    let settings = try options.load()
    let process = ServiceProcess("vault", settings: settings)
    try await VaultFault.reported {
      let rollback = try witness.rollback(of: place.vaultDir, settings)
      let authority = try KeyAuthority.open(directory: place.vaultDir, root: place.root)
      if let rollback { try authority.accept(rollback, actor: "local") }
      let server = try VaultServer(
        authority: authority,
        serviceAddress: Self.address(listen ?? "\(settings[Keys.vaultBind]):\(settings[Keys.vaultPort])"),
        enrolmentAddress: Self.address(
          enrolListen ?? "\(settings[Keys.vaultBind]):\(settings[Keys.vaultEnrolPort])"),
        hosts: host + [settings[Keys.vaultHost]], readyFile: readyFile, logger: process.logger)
      let witnesses = WitnessService(
        authority: authority, sinks: try witness.sinks(settings), logger: process.logger)
      // Ended last, the witnesses learn of the vault's closing entry.
      try await process.run([witnesses, server], checks: [.init(name: "vault") { server.isReady }])
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
