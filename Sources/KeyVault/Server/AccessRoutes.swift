internal import Foundation
internal import Hummingbird
internal import Logging
internal import Wire

/// The access list for the gatekeeper, and nothing else for it.
struct AccessRoutes: Sendable {
  /// Longest that a poll waits: well within the connection's idle time-out.
  static let longestPoll = 30
  /// Longest that an operator or an enrolling device waits for mosquitto.
  static let patience = Duration.seconds(2)
  /// Largest word of the gatekeeper in bytes: 1,000 devices that are ahead of the list.
  static let appliedBytes = 64 * 1024

  let door: VaultDoor
  let service: ServiceRoutes

  func add(to router: Router<VaultRequestContext>) {
    router.get("/v1/access") { request, context in
      _ = try await actor(.gatekeeper, context)
      let after = request.uri.queryParameters["after"].flatMap { UInt64($0) } ?? 0
      let wait = request.uri.queryParameters["wait"].flatMap { Int($0) } ?? 0
      return try VaultResponse.json(
        await door.authority.accessPage(after: after, waiting: .seconds(min(max(wait, 0), Self.longestPoll))))
    }
    router.post("/v1/access/applied") { request, context in
      let actor = try await actor(.gatekeeper, context)
      let told = try await decode(AppliedRequest.self, request, limit: Self.appliedBytes)
      var ahead: [DeviceID: UInt64] = [:]
      for (name, revision) in told.ahead ?? [:] {
        guard let device = DeviceID(name) else { throw VaultError(.badRequest, "not a device id") }
        ahead[device] = revision
      }
      try door.authority.recordApplied(upTo: told.revision, ahead: ahead, actor: actor)
      return try VaultResponse.json(Done())
    }
  }

  /// The one service that a route is for; anybody else is refused, and the refusal recorded.
  private func actor(_ expected: ServiceID, _ context: VaultRequestContext) async throws -> String {
    guard try await service.identity(context) == .service(expected) else {
      throw try await service.refusal(context, "this route is for \(expected)")
    }
    return expected.rawValue
  }

  private func decode<Value: Decodable & Sendable>(
    _ type: Value.Type, _ request: Request, limit: Int
  ) async throws -> Value {
    let bytes = try await request.bytes(upTo: limit)
    do {
      return try JSONDecoder().decode(type, from: Data(bytes))
    } catch {
      throw VaultError(.badRequest, "the request is not the JSON that this route takes")
    }
  }
}

private struct AppliedRequest: Decodable, Sendable {
  let revision: UInt64
  let ahead: [String: UInt64]?
}

struct RevocationAnswer: Encodable {
  let device: DeviceID
  let revoked: UInt64
  let isCut: Bool
  let milliseconds: Int64
}
