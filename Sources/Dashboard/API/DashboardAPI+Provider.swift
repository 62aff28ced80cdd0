internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import Store

/// Signing in at an identity provider: two navigations, there and back. Both are GETs at the top level, so that neither a form nor a
/// request of a script leaves the page, and the content security policy needs no exception.
extension DashboardAPI {
  func showSignInOptions() throws -> Response {
    try JSONReply.response(
      SignInOptionsView(provider: provider?.configuration.name, passkeys: passkeys.party != nil))
  }

  func beginProviderSignIn() async throws -> Response {
    guard let provider else { throw APIProblem.notFound }
    do {
      let (address, cookie) = try await provider.begin()
      return Self.redirect(to: address, cookies: [ProviderFlow.setCookie(cookie)])
    } catch let refusal as ProviderDesk.Refusal {
      return Self.redirect(to: "/sign-in?problem=\(refusal.rawValue)", cookies: [])
    }
  }

  func finishProviderSignIn(_ request: Request, _ context: DashboardRequestContext) async throws -> Response {
    guard let provider else { throw APIProblem.notFound }
    let query = request.uri.queryParameters
    do {
      let account = try await provider.finish(
        .init(
          code: query["code"].map(String.init), state: query["state"].map(String.init),
          issuer: query["iss"].map(String.init), cookie: request.cookies[ProviderFlow.cookieName]?.value))
      let signedIn = try await signIns.begin(
        account, method: .provider, agent: BrowserFamily.describe(request.headers[.userAgent]),
        address: context.remoteAddress, replacing: request.cookies[SessionToken.cookieName]?.value)
      // The cookie is strict: it is not sent with this very navigation, which began elsewhere, but with what the page asks.
      return Self.redirect(
        to: "/",
        cookies: [signedIn.token.setCookie(maximumAge: signIns.cookieSeconds), ProviderFlow.setCookie(nil)])
    } catch let refusal as ProviderDesk.Refusal {
      logger.notice("sign-in at the provider failed", metadata: ["reason": "\(refusal.rawValue)"])
      return Self.redirect(to: "/sign-in?problem=\(refusal.rawValue)", cookies: [ProviderFlow.setCookie(nil)])
    }
  }

  private static func redirect(to address: String, cookies: [String]) -> Response {
    var headers: HTTPFields = [.location: address]
    for cookie in cookies { headers.append(HTTPField(name: .setCookie, value: cookie)) }
    return Response(status: .seeOther, headers: headers)
  }
}
