internal import HTTPTypes
internal import Hummingbird

/// Builds the routes from the tables: every ``Endpoint`` behind its rule in ``Access``, every file of ``WebPages``, and nothing else.
struct DashboardRouter: Sendable {
  let api: DashboardAPI
  let pages: WebPages

  func makeRouter() -> Router<DashboardRequestContext> {
    let router = Router(context: DashboardRequestContext.self)
    router.add(middleware: SecurityHeaders())
    router.add(middleware: MetricsOfRequests())
    for endpoint in Endpoint.allCases {
      router.on(RouterPath(endpoint.path), method: endpoint.method) { request, context in
        try await admit(request, context, to: endpoint)
      }
    }
    for address in WebPages.addresses {
      router.get(RouterPath(address)) { request, _ in try pages.respond("index.html", to: request) }
    }
    for file in pages.names {
      router.get("/web/\(file)") { request, _ in try pages.respond(file, to: request) }
    }
    return router
  }

  /// Checks who asks and where from, then lets the API answer.
  private func admit(
    _ request: Request, _ context: DashboardRequestContext, to endpoint: Endpoint
  ) async throws -> Response {
    if let authorization = request.headers[.authorization] {
      return try await admitProgram(authorization, request, context, to: endpoint)
    }
    if endpoint.changesState, !RequestOrigin.isOurs(request.headers, host: request.head.authority) {
      throw APIProblem.foreignRequest
    }
    var signedIn: SignedIn?
    if let cookie = request.cookies[SessionToken.cookieName]?.value {
      do {
        signedIn = try await api.signIns.authenticate(cookie: cookie)
      } catch {
        throw APIProblem.storeUnavailable
      }
    }
    switch endpoint.rule.verdict(for: signedIn?.role) {
    case .allow: break
    case .signInFirst: throw APIProblem.signInFirst
    case .forbid: throw APIProblem.forbidden
    }
    // The link in a mail needs no sign-in and does nothing in the name of whoever is signed in.
    if let signedIn, signedIn.needsSecondFactor, endpoint.rule != .everybody, !endpoint.isForThoseWithoutSecondFactor {
      throw APIProblem.secondFactorNeeded
    }
    // What everybody may do needs no sign-in, so a foreign page gains nothing by another's; its origin was checked above.
    if endpoint.changesState, endpoint.rule != .everybody, let signedIn,
      request.headers[.requestToken] != signedIn.token.requestToken
    {
      throw APIProblem.foreignRequest
    }
    return try await api.respond(to: endpoint, request, context, signedIn: signedIn)
  }

  /// A program proves itself by its token alone, which no browser attaches by itself: neither a cookie nor an origin is looked at.
  private func admitProgram(
    _ authorization: String, _ request: Request, _ context: DashboardRequestContext, to endpoint: Endpoint
  ) async throws -> Response {
    guard endpoint.rule != .everybody else {
      return try await api.respond(to: endpoint, request, context, signedIn: nil)
    }
    let program: SignedIn?
    do {
      program = try await api.programs.authenticate(authorization: authorization)
    } catch {
      throw APIProblem.storeUnavailable
    }
    guard let program else { throw APIProblem.badToken }
    guard let scope = endpoint.tokenScope, program.program?.scopes.contains(scope) == true else {
      throw APIProblem.scopeMissing
    }
    guard endpoint.rule.verdict(for: program.role) == .allow else { throw APIProblem.forbidden }
    return try await api.respond(to: endpoint, request, context, signedIn: program)
  }
}
