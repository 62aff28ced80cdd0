package import Decryptor
internal import HTTPTypes
package import Hummingbird
internal import HummingbirdTLS
public import KeyVaultClient
public import Logging
internal import NIOCore
internal import NIOSSL
internal import Retention
public import ServiceLifecycle
public import Store
internal import Synchronization

/// The clinicians' pages: HTTPS, sign-in, the API, and the live event stream.
///
/// It reads ciphertext and sealed findings from the store and opens them with session keys that the vault releases to it; it
/// writes accounts, sign-ins, patients, assignments and acknowledgements.
public final class DashboardService: Service, Sendable {
  /// Most open connections: two thousand event streams and a reserve.
  private static let connectionLimit = 4096
  /// A connection without a complete request for so long is closed.
  private static let idleTimeout: TimeAmount = .seconds(30)
  /// Header fields in all; ours are under 2 KiB.
  private static let headerLimit = 16 << 10

  private let configuration: DashboardConfiguration
  private let changes: any StoreChanges
  private let vault: (any KeyAdministration)?
  private let hub: LiveHub
  private let router: DashboardRouter
  private let logger: Logger
  private let state = Mutex<(port: Int?, isReady: Bool)>((nil, false))

  /// Prepares the service; nothing is opened before ``run()``, which has to be called.
  /// - Parameters:
  ///   - configuration: How to serve.
  ///   - chunks: Ciphertext.
  ///   - findings: Sealed findings, and what clinicians add to them.
  ///   - alerts: Alerts.
  ///   - registry: Patients, accounts, sign-ins, and who may see whom.
  ///   - changes: Tells what is new in the store.
  ///   - keys: Releases keys of sessions.
  ///   - vault: Where what persons ask about keys is handed on to, with the same identity.
  ///   - logger: Never told a secret or a name.
  /// - Throws: When the web application's files are missing, the identity cannot be read, or the random generator fails.
  public convenience init(
    configuration: DashboardConfiguration, chunks: any ChunkStore, findings: any FindingStore & ChartStore,
    alerts: any AlertStore, registry: any AccessStore & RetentionStore, changes: any StoreChanges,
    keys: any SessionKeySource,
    vault: VaultClientConfiguration, logger: Logger
  ) throws {
    try self.init(
      configuration: configuration, chunks: chunks, findings: findings, alerts: alerts, registry: registry,
      changes: changes, keys: keys, vault: try VaultOperator(vault), time: .system, logger: logger)
  }

  package init(
    configuration: DashboardConfiguration, chunks: any ChunkStore, findings: any FindingStore & ChartStore,
    alerts: any AlertStore, registry: any AccessStore & RetentionStore, changes: any StoreChanges,
    keys: any SessionKeySource,
    vault: (any KeyAdministration)? = nil, time: Timekeeper, logger: Logger
  ) throws {
    self.configuration = configuration
    self.changes = changes
    self.vault = vault
    self.logger = logger
    hub = try LiveHub(
      chunks: chunks, findings: findings, alerts: alerts, registry: registry, keys: keys, time: time, logger: logger)
    let verifier = try PasswordVerifier(cost: configuration.passwordCost)
    let chart = ChartDesk(store: findings, findings: hub.findings, time: time)
    let seal = AccountSeal(keys: keys, time: time)
    let desk = KeyDesk(vault: vault, chunks: chunks, addresses: configuration.deviceAddresses, logger: logger)
    let passkeys = PasskeyDesk(
      party: configuration.relyingParty, registry: registry, seal: seal, challenges: ChallengeBook(time: time),
      time: time, logger: logger)
    let factors = SecondFactorDesk(registry: registry, seal: seal, passkeys: passkeys, time: time)
    let trail = AuditTrail(registry: registry, chart: findings, alerts: alerts, desk: desk, time: time)
    let emergencies = EmergencyDesk(
      registry: registry, seal: seal, lifetime: configuration.emergencyAccessLimit, time: time, logger: logger)
    let api = DashboardAPI(
      hub: hub,
      signIns: SignInService(
        registry: registry, verifier: verifier, factors: factors, configuration: configuration, time: time,
        logger: logger),
      factors: factors, passkeys: passkeys,
      emergencies: emergencies,
      provider: try configuration.provider.map {
        try ProviderDesk(configuration: $0, registry: registry, time: time, logger: logger)
      },
      accounts: AccountAdministration(registry: registry, verifier: verifier, time: time),
      patients: PatientAdministration(registry: registry, keys: keys, time: time),
      groups: GroupAdministration(registry: registry, keys: keys, time: time),
      members: GroupMembers(registry: registry, time: time),
      tokens: TokenAdministration(registry: registry, time: time),
      programs: TokenAuthentication(registry: registry, time: time), chunks: chunks, alerts: alerts,
      registry: registry, keys: keys,
      findings: hub.findings, strips: hub.strips,
      chart: chart,
      exports: ExportDesk(strips: hub.strips, findings: hub.findings, alerts: alerts, chart: chart),
      desk: desk, retention: RetentionDesk(store: registry, setting: configuration.retentionDays), trail: trail,
      views: ViewLedger(store: findings, time: time, logger: logger),
      reports: ReportDesk(
        trail: trail, desk: desk, emergencies: emergencies, registry: registry, time: time, logger: logger),
      policy: configuration.policy, time: time, logger: logger)
    router = DashboardRouter(api: api, pages: try WebPages())
  }

  /// Whether connections are accepted and the store was read successfully the last time.
  public var isReady: Bool { state.withLock { $0.isReady && $0.port != nil } }

  /// The port that is listened on, once it is.
  public var boundPort: Int? { state.withLock { $0.port } }

  /// Serves until the task is cancelled or the service group shuts down gracefully: then the event streams end first, so that
  /// no connection is waited for.
  /// - Throws: When the certificate or key cannot be read, or the port is in use.
  public func run() async throws {
    do {
      try await serve()
    } catch {
      await vault?.close()
      throw error
    }
    await vault?.close()
  }

  private func serve() async throws {
    let application = try makeApplication()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { [hub, changes] in await hub.run(changes: changes) }
      group.addTask { [self] in
        while !Task.isCancelled {
          let isReady = await hub.isReady
          state.withLock { $0.isReady = isReady }
          try? await Task.sleep(for: .seconds(1))
        }
      }
      group.addTask { [hub] in
        try await withGracefulShutdownHandler {
          try await application.run()
        } onGracefulShutdown: {
          Task { await hub.closeAll() }
        }
      }
      // The server is the only one that ends by itself; a cancelled task ends them all. Either way the streams must end,
      // because nobody would write to them any more.
      let result = await group.nextResult()
      await hub.closeAll()
      group.cancelAll()
      _ = try result?.get()
    }
    state.withLock { $0 = (nil, false) }
  }

  /// The application behind TLS.
  private func makeApplication() throws -> some ApplicationProtocol {
    let chain = try NIOSSLCertificate.fromPEMFile(configuration.certificateChainPath)
    let key = try NIOSSLPrivateKey(file: configuration.privateKeyPath, format: .pem)
    var tls = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    tls.minimumTLSVersion = .tlsv12
    tls.applicationProtocols = ["http/1.1"]
    return Application(
      responder: router.makeRouter().buildResponder(),
      server: try .tls(
        .http1(
          configuration: .init(
            additionalChannelHandlers: [RequestDeadline()], idleTimeout: Self.idleTimeout,
            httpDecoderConfiguration: .init(
              maxHeaderFieldSize: Self.headerLimit, maxHeaderListSize: Self.headerLimit, maxHeaderFieldCount: 100))),
        tlsConfiguration: tls),
      configuration: ApplicationConfiguration(
        address: .hostname(configuration.host, port: configuration.port),
        availableConnectionsDelegate: .maximum(Self.connectionLimit, logger: logger)),
      onServerRunning: { [self] channel in
        let port = channel.localAddress?.port
        state.withLock { $0.port = port }
        logger.info("dashboard listens", metadata: ["port": "\(port ?? 0)"])
      },
      logger: logger)
  }

  /// The routes without TLS and without a network, for tests.
  package func makeTestApplication() -> some ApplicationProtocol {
    Application(responder: router.makeRouter().buildResponder(), logger: logger)
  }

  /// Bytes of what was read of whole sessions and is held: for tests.
  package func heldBytes() async -> Int { await hub.strips.heldBytes() + hub.findings.heldBytes() }

  /// Reads the store once, as the running service does at its start: for tests.
  package func readStore() async { await hub.refresh(Set(StoreArea.allCases)) }

  /// Opens an event stream as a page of an account does, without a connection: for tests. Each call of what is returned gives what
  /// is to be written next, and `nil` when the stream is over; `cut` is called when its page takes nothing.
  package func openStream(
    as account: String, cut: @escaping @Sendable () -> Void = {}
  ) async -> (@Sendable () async -> [UInt8]?)? {
    let viewer = Viewer(account: account)
    let scope = await hub.audience.scope(of: viewer)
    guard let (number, mailbox) = await hub.open(as: viewer, scope, patients: nil, after: nil, cut: cut) else {
      return nil
    }
    return { [hub] in await hub.nextBytes(for: number, from: mailbox) }
  }

  /// One heartbeat to every stream: for tests.
  package func beat() async { await hub.beat() }

  /// Most bytes of the present that are held for one page at a time, but for the patient who fills them: for tests.
  package static var presentPieceSize: Int { LiveHub.presentPieceSize }
}
