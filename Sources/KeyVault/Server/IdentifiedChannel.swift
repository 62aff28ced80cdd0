internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOSSL
internal import Synchronization

/// HTTP/1.1 over TLS, whose requests know the connection that they came by.
struct IdentifiedChannel: ServerChildChannel {
  typealias Value = HTTP1Channel.Value

  /// The certificate and the trust of a listener; what connects after a replacement gets the new ones.
  final class Context: Sendable {
    private let current: Mutex<NIOSSLContext>

    init(_ configuration: TLSConfiguration) throws {
      current = Mutex(try NIOSSLContext(configuration: configuration))
    }

    /// Replaces certificate, key and trust.
    func replace(_ configuration: TLSConfiguration) throws {
      let context = try NIOSSLContext(configuration: configuration)
      current.withLock { $0 = context }
    }

    func handler() -> NIOSSLServerHandler { NIOSSLServerHandler(context: current.withLock { $0 }) }
  }

  /// Silence after which a connection is closed: longer than a service's pause between two requests.
  static let idleTimeout = TimeAmount.seconds(120)
  /// Largest header list in bytes: ours have a handful of short fields.
  static let headerLimit = 8 * 1024

  private let base: HTTP1Channel
  private let tls: Context

  init(responder: @escaping HTTPChannelHandler.Responder, tls: Context) {
    base = HTTP1Channel(
      responder: responder,
      configuration: .init(
        idleTimeout: Self.idleTimeout,
        httpDecoderConfiguration: .init(
          maxHeaderFieldSize: Self.headerLimit, maxHeaderListSize: Self.headerLimit, maxHeaderFieldCount: 32)))
    self.tls = tls
  }

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    channel.eventLoop.makeCompletedFuture {
      try channel.pipeline.syncOperations.addHandler(tls.handler())
    }.flatMap { base.setup(channel: channel, logger: logger) }
  }

  func handle(value: Value, logger: Logger) async {
    await PeerConnection.$current.withValue(PeerConnection(channel: value.channel)) {
      await base.handle(value: value, logger: logger)
    }
  }
}
