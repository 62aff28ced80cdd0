internal import Hummingbird

/// What a route knows besides its request: the connection.
struct VaultRequestContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  /// The TLS connection that the request came by.
  let connection: PeerConnection

  init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    connection = PeerConnection.current ?? PeerConnection(channel: source.channel)
  }
}
