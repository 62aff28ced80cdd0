internal import HTTPTypes
internal import Hummingbird
internal import Logging

/// Puts the headers on every answer, errors included, that keep a browser from doing more than our pages need.
struct SecurityHeaders: RouterMiddleware {
  typealias Context = DashboardRequestContext

  /// Scripts, styles and requests from here alone; no inline code, no frames, no images, no plug-ins.
  static let contentSecurityPolicy = """
    default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
    manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'
    """

  func handle(
    _ request: Request, context: Context,
    next: @concurrent (Request, Context) async throws -> Response
  ) async throws -> Response {
    var response: Response
    do {
      response = try await next(request, context)
    } catch let error as any HTTPResponseError {
      response = try error.response(from: request, context: context)
    } catch {
      context.logger.error("request failed", metadata: ["error": "\(error)", "path": "\(context.endpointPath ?? "?")"])
      response = try APIProblem.internalFailure.response(from: request, context: context)
    }
    response.headers[.contentSecurityPolicy] = Self.contentSecurityPolicy
    // Two years (RFC 6797), as browsers' preload lists ask.
    response.headers[.strictTransportSecurity] = "max-age=63072000; includeSubDomains"
    response.headers[.xContentTypeOptions] = "nosniff"
    response.headers[.referrerPolicy] = "no-referrer"
    response.headers[.crossOriginOpenerPolicy] = "same-origin"
    response.headers[.crossOriginResourcePolicy] = "same-origin"
    response.headers[.permissionsPolicy] = "camera=(), microphone=(), geolocation=(), payment=(), usb=()"
    if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
    return response
  }
}
