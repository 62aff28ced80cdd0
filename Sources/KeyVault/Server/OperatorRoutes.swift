internal import Foundation
internal import Hummingbird
internal import Logging
internal import Wire

/// What custodians and auditors do. No route here gives a key away.
struct OperatorRoutes: Sendable {
  /// Largest request in bytes: a certificate request, a name and a reason.
  static let requestBytes = 8192

  let door: VaultDoor
  let service: ServiceRoutes

  /// The open vault; a sealed one throws ``VaultError/Code/sealed``.
  private var authority: KeyAuthority { get throws(VaultError) { try door.authority } }

  func add(to router: Router<VaultRequestContext>) {
    for endpoint in AdministrationEndpoint.allCases {
      router.on(RouterPath(endpoint.path), method: endpoint.method) { request, context in
        let actor = try await service.actor(request, context, may: endpoint.permission)
        let call = Call(request: request, context: context, actor: actor)
        let answer = try await endpoint.method == .get ? read(endpoint, call) : change(endpoint, call)
        if endpoint.method != .get {
          context.logger.notice("\(endpoint.rawValue)", metadata: ["actor": "\(actor)", "path": "\(request.uri.path)"])
        }
        return answer
      }
    }
    AuditRoutes(door: door, service: service).add(to: router)
  }

  private func read(_ endpoint: AdministrationEndpoint, _ call: Call) async throws -> Response {
    let authority = try self.authority
    try authority.recordReading(of: endpoint.path, actor: call.actor)
    switch endpoint {
    case .report: return try VaultResponse.json(authority.report())
    case .listDevices: return try VaultResponse.json(authority.devices(after: call.query("after") ?? ""))
    case .showDevice: return try VaultResponse.json(authority.device(call.device()))
    case .showHistory: return try VaultResponse.json(authority.history(of: call.query("key") ?? ""))
    case .listClaims: return try VaultResponse.json(authority.openClaims())
    case .showCompromise: return try VaultResponse.json(authority.compromise(of: call.device()))
    case .showCertificate: return try VaultResponse.json(authority.certificate(ofDestruction: call.device()))
    case .listDestructions: return try VaultResponse.json(authority.destructions())
    case .listHolds: return try VaultResponse.json(authority.legalHolds())
    case .listProposals: return try VaultResponse.json(authority.proposals())
    case .showRewrap: return try VaultResponse.json(authority.rewrapProgress())
    case .listPeople: return try VaultResponse.json(authority.people())
    case .showPersonCertificate:
      return try VaultResponse.json(
        CertificateAnswer(certificatePEM: authority.certificate(ofPerson: call.parameter("name"))))
    case .listGrants: return try VaultResponse.json(authority.grants())
    case .showRecovery: return try VaultResponse.json(authority.recoveryFile())
    default: throw VaultError(.badRequest, "\(endpoint.rawValue) changes something")
    }
  }

  private func change(_ endpoint: AdministrationEndpoint, _ call: Call) async throws -> Response {
    let authority = try self.authority
    switch endpoint {
    case .createClaim:
      let asked = try await call.decode(ClaimRequest.self)
      let claim = try authority.createClaim(
        for: asked.device, life: asked.lifeSeconds ?? Claim.defaultLife, actor: call.actor)
      return try VaultResponse.json(
        ClaimAnswer(
          claim: claim, hpkePublicKey: authority.enrolmentPublicKey.hex, caPEM: authority.serviceAuthorityPEM))
    case .revokeClaim: try authority.revokeClaim(call.number("id"), actor: call.actor)
    case .addGrant:
      let asked = try await call.decode(GrantRequest.self)
      guard let service = ServiceID(rawValue: asked.service) else {
        throw VaultError(.badRequest, "\(asked.service) is no service identity")
      }
      return try VaultResponse.json(
        authority.addGrant(
          service, device: asked.device, purpose: asked.purpose, expires: asked.expires, actor: call.actor))
    case .removeGrant: try authority.removeGrant(call.number("id"), actor: call.actor)
    case .approveProposal:
      return try VaultResponse.json(authority.approve(call.number("id"), actor: call.actor))
    case .withdrawProposal:
      return try VaultResponse.json(
        authority.withdraw(call.number("id"), reason: call.reason(), actor: call.actor))
    case .proposeRootRotation:
      let reason = try await call.decode(ReasonRequest.self).reason
      return try VaultResponse.json(authority.proposeRootRotation(reason: reason, actor: call.actor))
    case .rotateTenantKey:
      let reason = try await call.decode(ReasonRequest.self).reason
      let version = try authority.rotateTenantKey(reason: reason, actor: call.actor)
      door.rewrap()
      return try VaultResponse.json(TenantKeyAnswer(version: version))
    case .startRewrap:
      door.rewrap()
      return try VaultResponse.json(authority.rewrapProgress())
    case .addPerson: return try await addPerson(call, authority)
    case .removePerson:
      try authority.removePerson(call.parameter("name"), reason: call.reason(), actor: call.actor)
    case .makeBackup: return try VaultResponse.backup(of: authority, actor: call.actor)
    default: return try await changeDevice(endpoint, call, authority)
    }
    return try VaultResponse.json(Done())
  }

  private func changeDevice(
    _ endpoint: AdministrationEndpoint, _ call: Call, _ authority: KeyAuthority
  ) async throws -> Response {
    let (device, actor) = (try call.device(), call.actor)
    func version(_ version: KeyVersion) throws -> Response {
      try VaultResponse.json(VersionAnswer(device: device, version: version))
    }
    switch endpoint {
    case .rotateDevice: return try version(authority.requestRotation(of: device, actor: actor))
    case .suspendDevice:
      let reason = try await call.decode(ReasonRequest.self).reason
      return try version(authority.suspend(device, reason: reason, actor: actor))
    case .resumeDevice: return try version(authority.resume(device, reason: call.reason(), actor: actor))
    case .deactivateDevice:
      let reason = try await call.decode(ReasonRequest.self).reason
      return try version(authority.deactivate(device, reason: reason, actor: actor))
    case .revokeDevice:
      let reason = try await call.decode(ReasonRequest.self).reason
      let start = ContinuousClock.now
      let revocation = try authority.revoke(device, reason: reason, actor: actor)
      let isCut = try await authority.isAccessApplied(to: device, within: AccessRoutes.patience)
      return try VaultResponse.json(
        RevocationAnswer(
          device: device, revoked: revocation.revoked, isCut: isCut,
          milliseconds: (ContinuousClock.now - start).milliseconds))
    case .reinstateDevice: try authority.reinstate(device, reason: call.reason(), actor: actor)
    case .reportCompromise:
      let asked = try await call.decode(CompromiseRequest.self)
      return try VaultResponse.json(
        authority.reportCompromise(
          of: device, version: asked.version.map { KeyVersion(rawValue: $0) }, reason: asked.reason, actor: actor))
    case .admitSession:
      let asked = try await call.decode(SessionAdmission.self)
      guard let session = [UInt8](hex: asked.session).flatMap({ SessionID($0) }),
        let iv = [UInt8](hex: asked.iv).flatMap({ SessionIV($0) })
      else { throw VaultError(.badRequest, "a session has 16 bytes and its initialisation vector 12, in hexadecimal") }
      try authority.admitSession(
        session, of: device, iv: iv, version: KeyVersion(rawValue: asked.version), reason: asked.reason, actor: actor)
    case .proposeDestruction:
      let asked = try await call.decode(DestructionRequest.self)
      return try VaultResponse.json(
        authority.proposeDestruction(
          of: device, days: asked.days ?? KeyPolicy.longestWait, reason: asked.reason, actor: actor))
    case .cancelDestruction: try authority.cancelDestruction(of: device, reason: call.reason(), actor: actor)
    case .holdDevice:
      try authority.hold(device, reason: await call.decode(ReasonRequest.self).reason, actor: actor)
    case .releaseHold: try authority.releaseHold(device, reason: call.reason(), actor: actor)
    default: throw VaultError(.badRequest, "\(endpoint.rawValue) is no change of a device")
    }
    return try VaultResponse.json(Done())
  }

  private func addPerson(_ call: Call, _ authority: KeyAuthority) async throws -> Response {
    let asked = try await call.decode(PersonAsked.self)
    switch try authority.addPerson(
      asked.name, role: asked.role, request: asked.request, reason: asked.reason, actor: call.actor)
    {
    case .added(let certificate):
      return try VaultResponse.json(PersonAnswer(certificatePEM: certificate, proposal: nil))
    case .proposed(let proposal):
      return try VaultResponse.json(PersonAnswer(certificatePEM: nil, proposal: proposal))
    }
  }
}

extension OperatorRoutes {
  /// One request of somebody who may make it.
  struct Call: Sendable {
    let request: Request
    let context: VaultRequestContext
    let actor: String

    func query(_ name: String) -> String? { request.uri.queryParameters[name[...]].map(String.init) }

    /// Why, of a request without a body.
    func reason() throws -> String {
      guard let reason = query("reason"), !reason.isEmpty else {
        throw VaultError(.badRequest, "say why: ?reason=…")
      }
      return reason
    }

    func parameter(_ name: String) throws -> String {
      guard let text = context.parameters.get(name) else { throw VaultError(.badRequest, "no \(name)") }
      return text
    }

    func device() throws -> DeviceID {
      guard let device = context.parameters.get("device").flatMap({ DeviceID($0) }) else {
        throw VaultError(.badRequest, "not a device id")
      }
      return device
    }

    func number(_ name: String) throws -> Int64 {
      guard let number = context.parameters.get(name).flatMap({ Int64($0) }) else {
        throw VaultError(.badRequest, "not a number")
      }
      return number
    }

    func decode<Value: Decodable & Sendable>(_ type: Value.Type) async throws -> Value {
      let bytes = try await request.bytes(upTo: OperatorRoutes.requestBytes)
      do {
        return try JSONDecoder().decode(type, from: Data(bytes))
      } catch {
        throw VaultError(.badRequest, "the request is not the JSON that this route takes")
      }
    }
  }
}
