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
  /// opens a new stream itself.
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
    await noteShown(patients, to: signedIn)
    let body = ResponseBody { [hub] writer in
      do {
        // Proxies must not wait for more; a browser comes back after a second.
        try await writer.write(ByteBuffer(string: "retry: 1000\n\n"))
        var deliveries = 0
        while let bytes = await hub.nextBytes(for: number, from: mailbox) {
          try await writer.write(ByteBuffer(bytes: bytes))
          deliveries += 1
          if deliveries.isMultiple(of: Self.deliveriesBetweenChecks) {
            guard let still = try await renewed(signedIn),
              Endpoint.streamEvents.rule.verdict(for: still.role) == .allow
            else {
              try await writer.write(ByteBuffer(string: "event: signed-out\ndata: {}\n\n"))
              break
            }
            await noteShown(patients, to: still)
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

  /// Puts on record whose strips and values a stream tells, as long as it tells them: of one patient it is a look at them.
  private func noteShown(_ wanted: Set<Pseudonym>?, to signedIn: SignedIn) async {
    let shown = await hub.patients(in: signedIn.scope).filter { wanted?.contains($0) ?? true }
    await views.note(shown, wanted?.count == 1 ? .chart : .ward, shownTo: signedIn)
  }
}

extension HTTPField.Name {
  // Valid tokens (RFC 9110 §5.6.2), so that neither can be nil.
  static let accelBuffering = HTTPField.Name("X-Accel-Buffering")!
  static let clearSiteData = HTTPField.Name("Clear-Site-Data")!
}
