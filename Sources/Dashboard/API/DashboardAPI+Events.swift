internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Store

extension DashboardAPI {
  /// Most patients that one stream can name; without any it tells of all.
  private static let patientLimit = 256
  /// Every so many deliveries of a stream, it is checked that its sign-in still stands: about every 10 s, for a heartbeat comes
  /// every 2 s; more often on a busy ward.
  private static let deliveriesBetweenChecks = 5

  /// `patients=P-AAAA,P-BBBB` (default: all). Goes on after `Last-Event-ID`, or `after` where a page
  /// opens a new stream itself. Whose strips and values it tells stands on record, of one patient alone as a look at them.
  func streamEvents(
    _ request: Request, _ context: DashboardRequestContext, _ signedIn: SignedIn
  ) async throws -> Response {
    let patients = try request.uri.queryParameters["patients"].map { list in
      let names = list.split(separator: ",")
      let pseudonyms = names.compactMap { Pseudonym($0) }
      guard names.count <= Self.patientLimit, pseudonyms.count == names.count else { throw APIProblem.badRequest }
      return Set(pseudonyms)
    }
    await hub.look(as: signedIn.viewer, signedIn.scope)
    let channel = context.channel
    let opened = await hub.open(
      as: signedIn.viewer, signedIn.scope, patients: patients,
      after: request.headers[.lastEventID] ?? request.uri.queryParameters["after"].map(String.init),
      cut: { channel.close(promise: nil) })
    guard let (number, mailbox) = opened else { throw APIProblem.overloaded }
    let kind = patients?.count == 1 ? ChartView.Kind.chart : .ward
    let body = ResponseBody { [hub] writer in
      do {
        // Proxies must not wait for more; a browser comes back after a second.
        try await writer.write(ByteBuffer(string: "retry: 1000\n\n"))
        var deliveries = 0
        var told: Set<Pseudonym> = []
        while let bytes = await hub.nextBytes(for: number, from: mailbox),
          let shown = await hub.patients(toldBy: number)
        {
          // On record before it is told, also of whom it tells from now on.
          if shown != told {
            await views.note(shown, kind, shownTo: signedIn)
            told = shown
          }
          try await writer.write(ByteBuffer(bytes: bytes))
          deliveries += 1
          if deliveries.isMultiple(of: Self.deliveriesBetweenChecks) {
            guard let still = try await renewed(signedIn),
              Endpoint.streamEvents.rule.verdict(for: still.role) == .allow
            else {
              try await writer.write(ByteBuffer(string: "event: signed-out\ndata: {}\n\n"))
              break
            }
            // A look is on record for so long only.
            await views.note(told, kind, shownTo: still)
          }
        }
        await hub.close(stream: number)
        try await writer.finish(nil)
      } catch {
        await hub.close(stream: number)
        throw error
      }
    }
    return Response(
      status: .ok,
      headers: [.contentType: "text/event-stream", .cacheControl: "no-store", .accelBuffering: "no"], body: body)
  }
}

extension HTTPField.Name {
  // Valid tokens (RFC 9110 §5.6.2), so that neither can be nil.
  static let accelBuffering = HTTPField.Name("X-Accel-Buffering")!
  static let clearSiteData = HTTPField.Name("Clear-Site-Data")!
}
