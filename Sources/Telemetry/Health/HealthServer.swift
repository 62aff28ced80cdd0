internal import Hummingbird
public import Logging
internal import NIOCore
public import ServiceLifecycle

/// `/metrics`, `/healthz` and `/readyz` of one process, on plain HTTP for the machine's own scraper.
///
/// `/healthz` says that the process answers; `/readyz` that everything in it is ready, or in a line each what is not.
/// Nothing here is about a patient.
public struct HealthServer: Service {
  /// One thing that must be ready.
  public struct Check: Sendable {
    let name: String
    let isReady: @Sendable () async -> Bool

    /// - Parameters:
    ///   - name: what `/readyz` calls it.
    ///   - isReady: asked for every request to `/readyz`; must answer at once.
    public init(name: String, isReady: @escaping @Sendable () async -> Bool) {
      self.name = name
      self.isReady = isReady
    }
  }

  private let application: Application<RouterResponder<BasicRequestContext>>

  /// - Parameters:
  ///   - host: address to listen on; loopback unless a scraper sits elsewhere.
  ///   - port: TCP port.
  ///   - registry: what `/metrics` shows.
  ///   - checks: what `/readyz` asks.
  ///   - logger: told of faults.
  public init(host: String, port: Int, registry: PrometheusRegistry, checks: [Check], logger: Logger) {
    let router = Router()
    router.get("healthz") { _, _ in "ok\n" }
    router.get("readyz") { _, _ -> Response in
      var failing: [String] = []
      for check in checks where !(await check.isReady()) { failing.append(check.name) }
      let text = failing.isEmpty ? "ready\n" : failing.map { "\($0) is not ready\n" }.joined()
      return Response(
        status: failing.isEmpty ? .ok : .serviceUnavailable, headers: [.contentType: "text/plain; charset=utf-8"],
        body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
    router.get("metrics") { _, _ -> Response in
      Response(
        status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
        body: ResponseBody(byteBuffer: ByteBuffer(string: registry.scrape())))
    }
    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .warning)
    application = Application(
      router: router, configuration: .init(address: .hostname(host, port: port), serverName: nil), logger: quiet)
  }

  /// Serves until the process shuts down.
  public func run() async throws { try await application.run() }
}
