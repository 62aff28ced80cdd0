internal import Hummingbird
internal import Metrics

/// Counts answers by route and status and measures their time; the route's pattern, never its parameters.
struct MetricsOfRequests: RouterMiddleware {
  typealias Context = DashboardRequestContext

  func handle(
    _ request: Request, context: Context,
    next: @concurrent (Request, Context) async throws -> Response
  ) async throws -> Response {
    let start = ContinuousClock.now
    let route = context.endpointPath ?? "none"
    do {
      let response = try await next(request, context)
      record(route, status: response.status.code, since: start)
      return response
    } catch {
      record(route, status: (error as? any HTTPResponseError)?.status.code ?? 500, since: start)
      throw error
    }
  }

  private func record(_ route: String, status: Int, since start: ContinuousClock.Instant) {
    let elapsed = (ContinuousClock.now - start).components
    Counter(label: "dashboard_requests_total", dimensions: [("route", route), ("status", "\(status)")]).increment()
    Metrics.Timer(label: "dashboard_request_seconds", dimensions: [("route", route)])
      .recordNanoseconds(elapsed.seconds * 1_000_000_000 + elapsed.attoseconds / 1_000_000_000)
  }
}
