internal import Hummingbird
internal import HummingbirdCore
internal import HummingbirdTLS
internal import Logging
internal import NIOCore
internal import NIOSSL

/// HTTP/1.1 over TLS, whose requests know the connection that they came by.
struct IdentifiedChannel: ServerChildChannel {
  typealias Value = HTTP1Channel.Value

  /// Silence after which a connection is closed: longer than a service's pause between two requests.
  static let idleTimeout = TimeAmount.seconds(120)
  /// Largest header list in bytes: ours have a handful of short fields.
  static let headerLimit = 8 * 1024

  private let base: TLSChannel<HTTP1Channel>

  init(responder: @escaping HTTPChannelHandler.Responder, tls: TLSConfiguration) throws {
    let http = HTTP1Channel(
      responder: responder,
      configuration: .init(
        idleTimeout: Self.idleTimeout,
        httpDecoderConfiguration: .init(
          maxHeaderFieldSize: Self.headerLimit, maxHeaderListSize: Self.headerLimit, maxHeaderFieldCount: 32)))
    base = try TLSChannel(http, tlsConfiguration: tls)
  }

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    base.setup(channel: channel, logger: logger)
  }

  func handle(value: Value, logger: Logger) async {
    await PeerConnection.$current.withValue(PeerConnection(channel: value.channel)) {
      await base.handle(value: value, logger: logger)
    }
  }
}
