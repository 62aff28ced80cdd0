internal import Hummingbird
internal import Wire

/// Which devices' keys are under a legal hold, for the retention service: names, and neither reasons nor persons.
struct HeldDeviceRoute: Sendable {
  /// What the route gives.
  struct Answer: Encodable {
    let devices: [DeviceID]
  }

  let door: VaultDoor
  let service: ServiceRoutes

  func add(to router: Router<VaultRequestContext>) {
    router.get("/v1/held-devices") { request, context in
      guard try await service.identity(context) == .service(.retention) else {
        throw try await service.refusal(context, "this route is for \(ServiceID.retention)")
      }
      let authority = try door.authority
      try authority.record(.readInventory, actor: ServiceID.retention.rawValue, object: request.uri.path)
      return try VaultResponse.json(Answer(devices: authority.legalHolds().map(\.device)))
    }
  }
}
