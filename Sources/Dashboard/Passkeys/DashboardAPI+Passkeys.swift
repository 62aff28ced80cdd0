internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import Sealing
internal import Store

/// Passkeys: making, using, listing and removing them.
extension DashboardAPI {
  /// Binds a challenge to the browser that asked for it.
  private static let browserCookie = "__Host-sealedbeat-passkey"

  /// The browser that a request comes from, as its cookie says; nobody's where it has none.
  static func browser(of request: Request) -> String { request.cookies[browserCookie]?.value ?? "" }

  /// A challenge for any key. Anybody may ask: it is worth nothing without one.
  func challengePasskey(_ request: Request) throws -> Response {
    let browser = try SecureRandom.bytes(16).base64URL
    var response = try JSONReply.response(try passkeys.beginUse(browser: browser))
    let seconds = ChallengeBook.lifetime.components.seconds
    response.headers[.setCookie] =
      "\(Self.browserCookie)=\(browser); Path=/; Max-Age=\(seconds); Secure; HttpOnly; SameSite=Strict"
    return response
  }

  /// Signs in with a passkey alone: it knows whose hand it is in.
  func signInWithPasskey(_ request: Request, _ context: DashboardRequestContext) async throws -> Response {
    let answer = try await JSONReply.decode(PasskeyAnswer.self, from: request, upTo: Self.passkeyBodyLimit)
    let account = try await signIns.verify(
      answer, browser: Self.browser(of: request), address: context.remoteAddress)
    let signedIn = try await signIns.begin(
      account, method: .passkey, agent: BrowserFamily.describe(request.headers[.userAgent]),
      address: context.remoteAddress, replacing: request.cookies[SessionToken.cookieName]?.value)
    return try welcome(signedIn)
  }

  /// Largest body with a passkey's parts.
  static let passkeyBodyLimit = 32 << 10

  // MARK: One's own

  func beginPasskey(
    _ request: Request, _ context: DashboardRequestContext, _ signedIn: SignedIn
  ) async throws -> Response {
    try await prove(request, context, signedIn)
    return try JSONReply.response(try await passkeys.begin(signedIn))
  }

  /// Adds a key that was made; sign-ins elsewhere that were proved by the password alone end with the first one.
  func addPasskey(_ request: Request, _ signedIn: SignedIn) async throws -> Response {
    let made = try await JSONReply.decode(MadePasskey.self, from: request, upTo: Self.passkeyBodyLimit)
    let codes = try await passkeys.add(made, to: signedIn)
    if !codes.isEmpty {
      _ = try await registry.deleteSignIns(of: signedIn.account, except: signedIn.token.storedHash)
      try await registry.setSignInMethod(.passwordAndPasskey, of: signedIn.account)
    }
    logger.info("passkey added", metadata: ["account": "\(signedIn.account)"])
    return try JSONReply.response(AddedPasskeyView(recoveryCodes: codes))
  }

  func removePasskey(
    _ request: Request, _ context: DashboardRequestContext, _ signedIn: SignedIn
  ) async throws -> Response {
    guard let id = context.parameters.get("passkey") else { throw APIProblem.notFound }
    try await prove(request, context, signedIn)
    try await passkeys.remove(id, of: signedIn.account)
    try await noteFactorLost(signedIn.account)
    logger.info("passkey removed", metadata: ["account": "\(signedIn.account)"])
    return Response(status: .noContent)
  }

  /// Where no second factor is left, sign-ins count as proved by the password alone.
  func noteFactorLost(_ account: String) async throws {
    guard try await factors.confirmed(account) == nil, try await !passkeys.hasAny(account) else { return }
    try await registry.setSignInMethod(.password, of: account)
  }
}
