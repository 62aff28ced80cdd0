internal import CoreMetrics
internal import Hummingbird
internal import Logging
internal import Metrics
internal import Sealing
internal import Wire

/// The listener for services and enrolled devices: mutual TLS.
struct ServiceRoutes: Sendable {
  /// Largest batch of session-key requests in bytes: 1,000 of at most 80.
  static let batchBytes = 96 * 1024
  /// Largest request for a record key in bytes.
  static let recordBytes = 64

  let door: VaultDoor
  let refusals = RefusalGate()

  /// The open vault; a sealed one throws ``VaultError/Code/sealed``.
  var authority: KeyAuthority { get throws(VaultError) { try door.authority } }

  func router() -> Router<VaultRequestContext> {
    let router = Router(context: VaultRequestContext.self)
    router.add(middleware: ErrorMiddleware())
    router.post("/v1/session-keys") { request, context in
      let service = try await service(context)
      let requests = try SessionKeyMessage.decode(await request.bytes(upTo: Self.batchBytes))
      let start = ContinuousClock.now
      let answers = try await authority.sessionKeys(requests, for: service)
      VaultMetrics.releaseTime.record(duration: ContinuousClock.now - start)
      let refused = answers.count { if case .refused = $0 { true } else { false } }
      VaultMetrics.released.increment(by: answers.count - refused)
      if refused > 0 {
        VaultMetrics.refused.increment(by: refused)
        context.logger.notice("session keys refused", metadata: ["service": "\(service)", "count": "\(refused)"])
      }
      return VaultResponse.cbor(SessionKeyMessage.encode(answers))
    }
    router.post("/v1/record-key") { request, context in
      let service = try await service(context)
      let purpose = try SessionKeyMessage.decodeRecordPurpose(await request.bytes(upTo: Self.recordBytes))
      let key = try authority.recordKey(purpose, for: service)
      VaultMetrics.recordKeys.increment()
      return VaultResponse.cbor(SessionKeyMessage.encode(recordKey: key))
    }
    router.post("/v1/rotate") { request, context in
      let message = try await request.bytes(upTo: EnrolmentOpener.messageLimit)
      guard case .device(let device, let serial) = try await identity(context) else {
        throw try await refusal(context, "only a device rotates its key")
      }
      let version = try authority.rotate(message: message, device: device, serial: serial)
      VaultMetrics.rotations.increment()
      context.logger.info("device key rotated", metadata: ["device": "\(device)", "version": "\(version)"])
      var writer = CBORWriter()
      writer.beginArray(2)
      writer.write(1)
      writer.write(UInt64(version.rawValue))
      return VaultResponse.cbor(writer.bytes)
    }
    SealRoutes(door: door, service: self).add(to: router)
    OperatorRoutes(door: door, service: self).add(to: router)
    AccessRoutes(door: door, service: self).add(to: router)
    HeldDeviceRoute(door: door, service: self).add(to: router)
    return router
  }

  /// Who asks; told by a sealed vault too.
  func identity(_ context: VaultRequestContext) async throws -> PeerIdentity {
    let peer = try await context.connection.identity(trust: door.trust, now: door.clock())
    // At each request, not only at the handshake: who was revoked or replaced keeps no open door. A sealed vault cannot know,
    // and has nothing to give either.
    guard let authority = try? door.authority else { return peer }
    switch peer {
    case .service(let service):
      guard try authority.isCurrent(service, serial: context.connection.serial) else {
        throw VaultError(.forbidden, "this certificate of \(service) was replaced by a later one")
      }
    case .device(let device, _):
      guard try !authority.isRevoked(device) else {
        try record(refusalOf: peer.actor, context, VaultError.Code.deviceRevoked.rawValue)
        throw VaultError(.deviceRevoked, "\(device) is revoked: its certificate is void")
      }
    case .person: break
    }
    return peer
  }

  /// The service that asks; a device is refused, and the refusal recorded.
  func service(_ context: VaultRequestContext) async throws -> ServiceID {
    guard case .service(let service) = try await identity(context) else {
      throw try await refusal(context, "this route is for services")
    }
    return service
  }

  /// Records that this peer may not use a route.
  /// - Parameter actor: `nil` for the peer itself.
  func refusal(
    _ context: VaultRequestContext, _ reason: String, actor: String? = nil
  ) async throws -> VaultError {
    let peer = try await identity(context).actor
    try record(refusalOf: actor ?? peer, context, reason)
    return VaultError(.forbidden, reason)
  }

  /// Records a refusal. Of a flood, not every one is written down: ``RefusalGate``.
  /// - Throws: ``VaultError/Code/tooMany`` for one that is only counted.
  private func record(refusalOf actor: String, _ context: VaultRequestContext, _ reason: String) throws {
    guard let unrecorded = refusals.admit(actor) else {
      throw VaultError(.tooMany, "too many refused requests of \(actor): come back later")
    }
    try authority.recordRefusal(
      .access, actor: actor, object: context.endpointPath ?? "route",
      reason: reason + (unrecorded > 0 ? "; \(unrecorded) refusals before this one were only counted" : ""))
  }
}
