package import Hummingbird
internal import NIOCore

/// What is known of a request beside its head and body.
package struct DashboardRequestContext: RequestContext {
  /// Hummingbird's own part.
  package var coreContext: CoreRequestContextStorage
  /// The connection.
  let channel: any Channel

  /// Made for every request.
  package init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    channel = source.channel
  }

  /// The other end's address without its port: what sign-in attempts are counted by.
  var remoteAddress: String { channel.remoteAddress?.ipAddress ?? "unknown" }
}
