internal import Hummingbird
internal import Logging
internal import Metrics
internal import NIOCore

/// Turns every error into an answer that says a code and a sentence, logs it, and counts it.
struct ErrorMiddleware: RouterMiddleware {
  /// A flood is counted, and not written down line by line.
  private static func level(_ error: VaultError) -> Logger.Level {
    switch error.status.code {
    case 500...: .error
    case 429: .debug
    default: .notice
    }
  }

  func handle(
    _ request: Request, context: VaultRequestContext,
    next: @concurrent (Request, VaultRequestContext) async throws -> Response
  ) async throws -> Response {
    do {
      return try await next(request, context)
    } catch {
      let known: VaultError =
        switch error {
        case let error as VaultError: error
        case let error as HTTPError where error.status == .notFound: VaultError(.unknown, "there is no such route")
        case is NIOTooManyBytesError: VaultError(.badRequest, "the request is too long")
        default: VaultError(.storage, "the vault failed (\(type(of: error)))")
        }
      VaultMetrics.countError(known.code)
      context.logger.log(
        level: Self.level(known), "request refused",
        metadata: [
          "method": "\(request.method)", "path": "\(request.uri.path)", "code": "\(known.code.rawValue)",
          "peer": "\(context.connection.address)",
        ])
      return VaultResponse.error(known)
    }
  }
}
