internal import Foundation
internal import Hummingbird
internal import Logging
internal import Wire

/// What the operator may do, and nobody else: claims, inventory, rotation, suspension, grants, audit. No route here
/// gives a key away.
struct OperatorRoutes: Sendable {
  /// Largest request in bytes: a name and a reason.
  static let requestBytes = 4096

  let authority: KeyAuthority
  let service: ServiceRoutes

  func add(to router: Router<VaultRequestContext>) {
    router.post("/v1/claims") { request, context in
      let actor = try await actor(context)
      let asked = try await decode(ClaimRequest.self, request)
      let claim = try authority.createClaim(
        for: asked.device, life: asked.lifeSeconds ?? Claim.defaultLife, actor: actor)
      return try VaultResponse.json(
        ClaimAnswer(
          claim: claim, hpkePublicKey: authority.enrolmentPublicKey.hex, caPEM: try authority.serviceAuthorityPEM))
    }
    router.delete("/v1/claims/:id") { _, context in
      try authority.revokeClaim(number(context, "id"), actor: await actor(context))
      return try VaultResponse.json(Done())
    }
    router.get("/v1/devices") { request, context in
      _ = try await actor(context)
      return try VaultResponse.json(
        authority.devices(after: request.uri.queryParameters["after"].map(String.init) ?? ""))
    }
    router.get("/v1/devices/:device") { _, context in
      _ = try await actor(context)
      return try VaultResponse.json(authority.device(device(context)))
    }
    router.post("/v1/devices/:device/rotation") { _, context in
      let actor = try await actor(context)
      let device = try device(context)
      return try VaultResponse.json(
        VersionAnswer(device: device, version: try authority.requestRotation(of: device, actor: actor)))
    }
    router.post("/v1/devices/:device/suspension") { request, context in
      let actor = try await actor(context)
      let device = try device(context)
      let reason = try await decode(ReasonRequest.self, request).reason
      return try VaultResponse.json(
        VersionAnswer(device: device, version: try authority.suspend(device, reason: reason, actor: actor)))
    }
    router.delete("/v1/devices/:device/suspension") { request, context in
      let actor = try await actor(context)
      let device = try device(context)
      let reason = request.uri.queryParameters["reason"].map(String.init) ?? ""
      return try VaultResponse.json(
        VersionAnswer(device: device, version: try authority.resume(device, reason: reason, actor: actor)))
    }
    addGrants(to: router)
    addReport(to: router)
    AuditRoutes(authority: authority, service: service).add(to: router)
  }

  private func addGrants(to router: Router<VaultRequestContext>) {
    router.get("/v1/grants") { _, context in
      _ = try await actor(context)
      return try VaultResponse.json(authority.grants())
    }
    router.post("/v1/grants") { request, context in
      let actor = try await actor(context)
      let asked = try await decode(GrantRequest.self, request)
      guard let service = ServiceID(rawValue: asked.service) else {
        throw VaultError(.badRequest, "\(asked.service) is no service identity")
      }
      return try VaultResponse.json(
        authority.addGrant(
          service, device: asked.device, purpose: asked.purpose, expires: asked.expires, actor: actor))
    }
    router.delete("/v1/grants/:id") { _, context in
      try authority.removeGrant(number(context, "id"), actor: await actor(context))
      return try VaultResponse.json(Done())
    }
  }

  private func addReport(to router: Router<VaultRequestContext>) {
    router.get("/v1/report") { _, context in
      _ = try await actor(context)
      return try VaultResponse.json(authority.report())
    }
  }

  /// The operator; anybody else is refused, and the refusal recorded.
  private func actor(_ context: VaultRequestContext) async throws -> String {
    let peer = try await service.identity(context)
    guard peer == .service(.operatorConsole) else {
      throw try await service.refusal(context, "this route is for the operator")
    }
    return peer.actor
  }

  private func device(_ context: VaultRequestContext) throws -> DeviceID {
    guard let device = context.parameters.get("device").flatMap({ DeviceID($0) }) else {
      throw VaultError(.badRequest, "not a device id")
    }
    return device
  }

  private func number(_ context: VaultRequestContext, _ name: String) throws -> Int64 {
    guard let number = context.parameters.get(name).flatMap({ Int64($0) }) else {
      throw VaultError(.badRequest, "not a number")
    }
    return number
  }

  private func decode<Value: Decodable & Sendable>(_ type: Value.Type, _ request: Request) async throws -> Value {
    let bytes = try await request.bytes(upTo: Self.requestBytes)
    do {
      return try JSONDecoder().decode(type, from: Data(bytes))
    } catch {
      throw VaultError(.badRequest, "the request is not the JSON that this route takes")
    }
  }
}
