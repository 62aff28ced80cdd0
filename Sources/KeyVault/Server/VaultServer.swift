internal import Hummingbird
internal import HummingbirdCore
package import Logging
internal import NIOCore
internal import ServiceLifecycle
internal import Synchronization

/// The vault's two listeners, as one service.
package final class VaultServer: Service {
  /// Where a listener is bound.
  package struct Address: Sendable, Hashable {
    /// Name or address of the interface.
    package var host: String
    /// 0 for any free one.
    package var port: Int

    /// Names an address.
    package init(host: String, port: Int) {
      self.host = host
      self.port = port
    }
  }

  /// The ports that the listeners are bound to.
  package struct Ports: Sendable, Hashable {
    /// Mutual TLS.
    package let service: Int
    /// TLS without a client certificate.
    package let enrolment: Int
  }

  /// Most connections to the service listener at once: each service holds a handful, a device one for a moment.
  package static let serviceConnectionLimit = 2048
  /// Most connections to the enrolment listener at once: beyond, they wait in the kernel's queue, so that a flood of
  /// them takes nothing from the service listener.
  package static let enrolmentConnectionLimit = 128

  private struct State {
    var service: Int?
    var enrolment: Int?
    var waiters: [CheckedContinuation<Ports, Never>] = []

    var ports: Ports? {
      guard let service, let enrolment else { return nil }
      return Ports(service: service, enrolment: enrolment)
    }
  }

  private let door: VaultDoor
  private let serviceAddress: Address
  private let enrolmentAddress: Address
  private let serviceTLS: IdentifiedChannel.Context
  private let enrolmentTLS: IdentifiedChannel.Context
  private let readyFile: String?
  private let logger: Logger
  private let state = Mutex(State())

  /// Over a sealed vault the listeners show a certificate of their own, until the vault is open and issues one: its pin is
  /// in the status and in `unseal.pin` beside the vault's file.
  /// - Parameters:
  ///   - hosts: names and addresses, beside `localhost`, that the listeners' certificate carries. The certificate and
  ///     its key are made here and live in memory alone.
  ///   - readyFile: written when both listeners are bound: `host:port` of each, a line each.
  package init(
    door: VaultDoor, serviceAddress: Address, enrolmentAddress: Address, hosts: [String] = [],
    readyFile: String? = nil, logger: Logger
  ) throws {
    self.door = door
    self.serviceAddress = serviceAddress
    self.enrolmentAddress = enrolmentAddress
    self.readyFile = readyFile
    self.logger = logger
    let identity: ListenerIdentity
    if let authority = try? door.authority {
      identity = ListenerIdentity(try authority.issueServerIdentity(named: KeyAuthority.vaultIdentity, hosts: hosts))
    } else {
      identity = try ListenerIdentity(ownFor: hosts, now: door.clock())
      try identity.writePin(beside: door)
    }
    serviceTLS = try IdentifiedChannel.Context(identity.configuration(trusting: door.trust))
    enrolmentTLS = try IdentifiedChannel.Context(identity.configuration(trusting: nil))
    guard identity.pin != nil else { return }
    door.beforeOpening { [door, serviceTLS, enrolmentTLS] authority in
      let issued = ListenerIdentity(
        try authority.issueServerIdentity(named: KeyAuthority.vaultIdentity, hosts: hosts))
      try serviceTLS.replace(issued.configuration(trusting: door.trust))
      try enrolmentTLS.replace(issued.configuration(trusting: nil))
      ListenerIdentity.removePin(beside: door)
    }
  }

  /// Whether both listeners are bound.
  package var isReady: Bool { state.withLock { $0.ports != nil } }

  /// The ports, as soon as both listeners are bound.
  package func ports() async -> Ports {
    await withCheckedContinuation { continuation in
      let ports = state.withLock { state in
        if state.ports == nil { state.waiters.append(continuation) }
        return state.ports
      }
      if let ports { continuation.resume(returning: ports) }
    }
  }

  /// Serves until graceful shutdown or cancellation.
  package func run() async throws {
    let service = application(
      ServiceRoutes(door: door).router(), address: serviceAddress, tls: serviceTLS, limit: Self.serviceConnectionLimit
    ) { [self] in bound(service: $0) }
    let enrolment = application(
      EnrolmentRoutes(door: door).router(), address: enrolmentAddress, tls: enrolmentTLS,
      limit: Self.enrolmentConnectionLimit
    ) { [self] in bound(enrolment: $0) }
    try await ServiceGroup(
      configuration: .init(services: [service, enrolment, UpkeepService(door: door, logger: logger)], logger: logger)
    ).run()
    state.withLock { state in
      state.service = nil
      state.enrolment = nil
    }
    try door.close()
  }

  private func application(
    _ router: Router<VaultRequestContext>, address: Address, tls: IdentifiedChannel.Context, limit: Int?,
    onBound: @escaping @Sendable (Int) -> Void
  ) -> some ApplicationProtocol {
    Application(
      router: router,
      server: HTTPServerBuilder { IdentifiedChannel(responder: $0, tls: tls) },
      configuration: ApplicationConfiguration(
        address: .hostname(address.host, port: address.port), serverName: nil,
        availableConnectionsDelegate: limit.map { MaximumAvailableConnections($0) }),
      onServerRunning: { onBound($0.localAddress?.port ?? address.port) }, logger: logger)
  }

  private func bound(service: Int? = nil, enrolment: Int? = nil) {
    let (ports, waiters) = state.withLock { state in
      state.service = service ?? state.service
      state.enrolment = enrolment ?? state.enrolment
      guard state.ports != nil else { return (state.ports, [CheckedContinuation<Ports, Never>]()) }
      defer { state.waiters = [] }
      return (state.ports, state.waiters)
    }
    guard let ports else { return }
    logger.info(
      "vault is ready",
      metadata: [
        "service": "\(serviceAddress.host):\(ports.service)",
        "enrolment": "\(enrolmentAddress.host):\(ports.enrolment)",
      ])
    if let readyFile {
      do {
        try PrivateFile.replace(
          readyFile, text: "\(serviceAddress.host):\(ports.service)\n\(enrolmentAddress.host):\(ports.enrolment)\n")
      } catch {
        logger.error("the ready file could not be written", metadata: ["reason": "\(error)"])
      }
    }
    for waiter in waiters { waiter.resume(returning: ports) }
  }
}
