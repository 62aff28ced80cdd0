internal import Hummingbird
internal import Logging
internal import Store

/// Tokens of one's own; administrators and auditors see everybody's, administrators end them.
extension DashboardAPI {
  func listTokens(_ signedIn: SignedIn) async throws -> Response {
    let owner = signedIn.role == .clinician ? signedIn.account : nil
    return try JSONReply.response(ListView(items: try await tokens.tokens(of: owner).map(TokenView.init)))
  }

  struct NewToken: Decodable {
    let name: String
    let scopes: [String]
    let days: Int
  }

  func createToken(_ request: Request, _ signedIn: SignedIn) async throws -> Response {
    let body = try await JSONReply.decode(NewToken.self, from: request)
    let made = try await tokens.create(
      for: signedIn.account, name: body.name, scopes: body.scopes, days: body.days, by: signedIn.account)
    logger.notice("token made", metadata: ["account": "\(signedIn.account)", "id": "\(made.id)"])
    return try JSONReply.response(MadeTokenView(token: made.token, id: made.id))
  }

  func revokeToken(_ context: DashboardRequestContext, _ signedIn: SignedIn) async throws -> Response {
    guard let id = context.parameters.get("token") else { throw APIProblem.notFound }
    let owner = signedIn.role == .administrator ? nil : signedIn.account
    try await tokens.revoke(id, of: owner, by: signedIn.account)
    logger.notice("token revoked", metadata: ["account": "\(signedIn.account)", "id": "\(id)"])
    return Response(status: .noContent)
  }
}

/// A token without itself.
struct TokenView: Encodable, Sendable {
  let id: String
  let account: String
  let name: String
  let scopes: [String]
  let createdMs: UInt64
  let expiresMs: UInt64
  let lastUsedMs: UInt64?
  let revokedMs: UInt64?
  let revokedBy: String?

  init(_ token: APITokenRecord) {
    id = token.id
    account = token.account
    name = token.name
    scopes = token.scopes
    createdMs = token.createdAt / 1000
    expiresMs = token.expiresAt / 1000
    lastUsedMs = token.lastUsedAt.map { $0 / 1000 }
    revokedMs = token.revokedAt.map { $0 / 1000 }
    revokedBy = token.revokedBy
  }
}

/// A token that was just made: shown this one time.
struct MadeTokenView: Encodable, Sendable {
  let token: String
  let id: String
}
