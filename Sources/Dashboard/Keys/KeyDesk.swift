internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import KeyVaultClient
internal import Logging
internal import NIOCore
internal import Store
internal import Wire

/// Hands what an administrator or auditor asks about keys to the vault, under the dashboard's own identity and in that person's
/// name, and hands the answer back. Whether the person may, the vault decides once more.
struct KeyDesk: Sendable {
  /// `nil` where the dashboard has no vault to administer.
  let vault: (any KeyAdministration)?
  let chunks: any ChunkStore
  let addresses: DeviceAddresses?
  let logger: Logger

  /// Passes a request on and the answer back, whatever it is.
  func relay(
    _ endpoint: Endpoint, _ request: Request, _ context: DashboardRequestContext, _ signedIn: SignedIn
  ) async throws -> Response {
    Self.response(try await ask(endpoint, request, context, signedIn))
  }

  /// A one-time claim with all that the device needs: told once, kept nowhere.
  func createClaim(
    _ request: Request, _ context: DashboardRequestContext, _ signedIn: SignedIn
  ) async throws -> Response {
    let reply = try await ask(.createClaim, request, context, signedIn)
    guard reply.status == 200 else { return Self.response(reply) }
    let answer = try Self.decode(VaultOperator.ClaimAnswer.self, reply)
    return try JSONReply.response(ClaimView(answer, addresses: addresses))
  }

  /// What compromised keys of a device expose: the vault says under which keys, the store which chunks.
  func showExposure(
    _ endpoint: Endpoint, _ request: Request, _ context: DashboardRequestContext, _ signedIn: SignedIn
  ) async throws -> Response {
    let reply = try await ask(endpoint, request, context, signedIn)
    guard reply.status == 200 else { return Self.response(reply) }
    let report = try Self.decode(ExposureView.Report.self, reply)
    let sessions = try await chunks.sessions(of: report.device, limit: Int(Int32.max))
    return try JSONReply.response(ExposureView(report, sessions: sessions))
  }

  private func ask(
    _ endpoint: Endpoint, _ request: Request, _ context: DashboardRequestContext, _ signedIn: SignedIn
  ) async throws -> VaultReply {
    guard let vault else { throw APIProblem.vaultUnavailable }
    let call = try await Self.keyRequest(endpoint, request, context).call(endpoint)
    let reply = try await vault.relay(call, for: signedIn.account, role: signedIn.role.rawValue)
    if endpoint.changesState {
      logger.notice(
        "\(endpoint.rawValue)",
        metadata: [
          "account": "\(signedIn.account)", "device": "\(context.parameters.get("device") ?? "-")",
          "status": "\(reply.status)",
        ])
    }
    return reply
  }

  private static func keyRequest(
    _ endpoint: Endpoint, _ request: Request, _ context: DashboardRequestContext
  ) async throws -> KeyRequest {
    var asked = KeyRequest()
    asked.device = context.parameters.get("device").flatMap { DeviceID($0) }
    asked.id = context.parameters.get("id").flatMap { Int64($0) }
    if let text = request.uri.queryParameters["after"], !text.isEmpty {
      guard let device = DeviceID(text) else { throw APIProblem.badRequest }
      asked.after = device
    }
    if let text = request.uri.queryParameters["from"] {
      guard let number = UInt64(text) else { throw APIProblem.badRequest }
      asked.from = number
    }
    if endpoint.changesState { asked.body = try await JSONReply.decode(KeyRequest.Body.self, from: request) }
    return asked
  }

  private static func decode<Value: Decodable>(_ type: Value.Type, _ reply: VaultReply) throws(KeyVaultError) -> Value {
    do {
      return try JSONDecoder().decode(type, from: Data(reply.body))
    } catch {
      throw .badAnswer("the answer is not the JSON that this route gives")
    }
  }

  private static func response(_ reply: VaultReply) -> Response {
    Response(
      status: .init(code: reply.status),
      headers: [.contentType: "application/json; charset=utf-8", .contentLength: "\(reply.body.count)"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: reply.body)))
  }
}
