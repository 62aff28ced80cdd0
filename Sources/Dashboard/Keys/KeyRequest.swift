internal import Foundation
internal import KeyVaultClient
internal import Store
internal import Wire

/// What a page asks for about keys, and the call to the vault that it becomes: pure.
struct KeyRequest: Sendable {
  /// Lives of a claim in minutes that may be asked for.
  static let claimMinutes = 1...1440
  /// Days between an agreement to a destruction and the destruction.
  static let destructionDays = 7...30

  /// The body of a request, whatever it is about.
  struct Body: Decodable, Sendable {
    var reason: String?
    var version: UInt32?
    var days: Int?
    /// The device's name, typed by whoever asks for its destruction.
    var confirmation: String?
    var device: String?
    var minutes: Int?
  }

  private struct Outgoing: Encodable {
    var reason: String?
    var version: UInt32?
    var days: Int?
    var device: DeviceID?
    var lifeSeconds: Int?
  }

  var device: DeviceID?
  /// Number of a claim or proposal.
  var id: Int64?
  /// First number of a page of the audit log.
  var from: UInt64?
  /// Name after which a page of the inventory begins.
  var after: DeviceID?
  var body = Body()

  /// The call for an endpoint.
  /// - Throws: ``APIProblem`` for what is missing or out of range.
  func call(_ endpoint: Endpoint) throws(APIProblem) -> VaultCall {
    switch endpoint {
    case .showKeyReport: return VaultCall(.get, "/v1/report")
    case .listDeviceKeys: return VaultCall(.get, "/v1/devices?after=\(after?.name ?? "")")
    case .showDeviceKeys: return VaultCall(.get, "/v1/devices/\(try named())")
    case .showKeyHistory: return VaultCall(.get, "/v1/history?key=device%2F\(try named())")
    case .listClaims: return VaultCall(.get, "/v1/claims")
    case .createClaim: return try claim()
    case .revokeClaim: return VaultCall(.delete, "/v1/claims/\(try numbered())")
    case .rotateKey: return VaultCall(.post, "/v1/devices/\(try named())/rotation")
    case .revokeDevice: return try change("revocation")
    case .reinstateDevice: return try takeBack("revocation")
    case .suspendKey: return try change("suspension")
    case .resumeKey: return try takeBack("suspension")
    case .deactivateKey: return try change("deactivation")
    case .reportCompromise: return try change("compromise")
    case .showCompromise: return VaultCall(.get, "/v1/devices/\(try named())/compromise")
    case .proposeDestruction: return try destruction()
    case .cancelDestruction: return try takeBack("destruction")
    case .showCertificate: return VaultCall(.get, "/v1/devices/\(try named())/destruction/certificate")
    case .listDestructions: return VaultCall(.get, "/v1/destructions")
    case .holdKeys: return try change("hold")
    case .releaseKeys: return try takeBack("hold")
    case .listHolds: return VaultCall(.get, "/v1/holds")
    case .listProposals: return VaultCall(.get, "/v1/proposals")
    case .approveProposal: return VaultCall(.post, "/v1/proposals/\(try numbered())/approval")
    case .withdrawProposal: return VaultCall(.delete, "/v1/proposals/\(try numbered())?reason=\(escaped(try reason()))")
    case .rotateTenantKey:
      return VaultCall(.post, "/v1/tenant-key/rotation", body: encoded(.init(reason: try reason())))
    case .startRewrap: return VaultCall(.post, "/v1/rewrap")
    case .showRewrap: return VaultCall(.get, "/v1/rewrap")
    case .listPeople: return VaultCall(.get, "/v1/people")
    case .listAudit: return VaultCall(.get, "/v1/audit?from=\(from ?? 1)")
    case .verifyAudit: return VaultCall(.get, "/v1/audit/verification")
    default: throw .notFound
    }
  }

  private func change(_ noun: String) throws(APIProblem) -> VaultCall {
    VaultCall(
      .post, "/v1/devices/\(try named())/\(noun)",
      body: encoded(Outgoing(reason: try reason(), version: noun == "compromise" ? body.version : nil)))
  }

  private func takeBack(_ noun: String) throws(APIProblem) -> VaultCall {
    VaultCall(.delete, "/v1/devices/\(try named())/\(noun)?reason=\(escaped(try reason()))")
  }

  private func claim() throws(APIProblem) -> VaultCall {
    let minutes = body.minutes ?? 60
    guard let device = body.device.flatMap({ DeviceID($0) }), Self.claimMinutes.contains(minutes) else {
      throw .badRequest
    }
    return VaultCall(.post, "/v1/claims", body: encoded(Outgoing(device: device, lifeSeconds: minutes * 60)))
  }

  private func destruction() throws(APIProblem) -> VaultCall {
    let device = try named()
    guard let days = body.days, Self.destructionDays.contains(days), body.confirmation == device.name else {
      throw .badRequest
    }
    return VaultCall(
      .post, "/v1/devices/\(device)/destruction", body: encoded(Outgoing(reason: try reason(), days: days)))
  }

  private func named() throws(APIProblem) -> DeviceID {
    guard let device else { throw .notFound }
    return device
  }

  private func numbered() throws(APIProblem) -> Int64 {
    guard let id else { throw .notFound }
    return id
  }

  private func reason() throws(APIProblem) -> String {
    let reason = body.reason?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
    guard PersonsLine.isLine(reason, of: PersonsLine.reasonLength) else { throw .reasonMissing }
    return reason
  }

  private func escaped(_ text: String) -> String {
    text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
  }

  private func encoded(_ body: Outgoing) -> [UInt8] {
    // Numbers and text alone: encoding cannot fail.
    (try? JSONReply.encode(body)) ?? []
  }
}
