internal import Hummingbird
internal import Logging

/// Sealing, and whether the vault is sealed.
struct SealRoutes: Sendable {
  let door: VaultDoor
  let service: ServiceRoutes

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
  }
}
