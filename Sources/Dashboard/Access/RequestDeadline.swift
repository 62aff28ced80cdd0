internal import HTTPTypes
internal import NIOCore
internal import NIOHTTPTypes

/// Closes a connection whose request takes too long to arrive, however steadily it drips: a slow client holds nothing for long.
///
/// A request without its head is cut by the server's idle limit already, which a part of a head does not reset; a body that comes byte by byte
/// resets it with each.
final class RequestDeadline: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart

  /// From the end of a request's head to the end of its body: 8 KiB take that long at 3 kbit/s.
  static let limit: TimeAmount = .seconds(20)

  private let limit: TimeAmount
  private var scheduled: Scheduled<Void>?

  init(limit: TimeAmount = RequestDeadline.limit) { self.limit = limit }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head:
      scheduled?.cancel()
      let channel = context.channel
      scheduled = context.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) }
    case .body: break
    case .end:
      scheduled?.cancel()
      scheduled = nil
    }
    context.fireChannelRead(data)
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    scheduled?.cancel()
    scheduled = nil
  }
}
