internal import Hummingbird
internal import Logging
internal import Sealing
internal import Synchronization
internal import Wire

/// Sealing, unsealing, and whether the vault is sealed: the routes that a sealed vault answers.
struct SealRoutes: Sendable {
  let door: VaultDoor
  let service: ServiceRoutes
  private let failures = Failures()

  private final class Failures: Sendable {
    let limiter = Mutex(FailureLimiter())
  }

  init(door: VaultDoor, service: ServiceRoutes) {
    self.door = door
    self.service = service
  }

  func add(to router: Router<VaultRequestContext>) {
    router.get("/v1/status") { _, context in
      guard case .service = try await service.identity(context) else {
        throw VaultError(.forbidden, "this route is for services")
      }
      return try VaultResponse.json(door.status())
    }
    router.post("/v1/seal") { request, context in
      let actor = try await service.actor(request, context, may: .administer)
      try door.seal(actor: actor)
      context.logger.notice("vault sealed", metadata: ["actor": "\(actor)"])
      return try VaultResponse.json(door.status())
    }
    router.post("/v1/unseal") { request, context in
      guard try await service.identity(context) == .service(.operatorConsole) else {
        throw VaultError(.forbidden, "this route is for the operator")
      }
      let address = context.connection.address
      guard failures.limiter.withLock({ $0.allows(address, now: door.seconds) }) else {
        throw VaultError(.tooMany, "too many refused shares from this address: come back later")
      }
      do {
        let text = try await share(request)
        let actor = ServiceID.operatorConsole.rawValue
        let status = try text.count == 0 ? door.unseal(actor: actor) : door.give(text: text, actor: actor)
        context.logger.notice("share taken", metadata: ["sealed": "\(status.isSealed)"])
        return try VaultResponse.json(status)
      } catch {
        failures.limiter.withLock { $0.recordFailure(address, now: door.seconds) }
        throw error
      }
    }
  }

  /// The body, moved into locked memory.
  private func share(_ request: Request) async throws -> SecretBytes {
    var body = try await request.bytes(upTo: RootShare.textLimit)
    defer { body.wipe() }
    return SecretBytes(copying: body)
  }
}
