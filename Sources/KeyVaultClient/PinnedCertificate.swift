internal import Crypto
internal import Foundation
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import NIOTLS
internal import Sealing
internal import Synchronization
internal import Wire

/// The certificate of a vault that started sealed: nobody has signed it, so a person compares its SHA-256.
enum PinnedCertificate {
  /// Connects, and keeps the certificate if its pin is right; only then is anything sent to that vault.
  /// - Returns: the certificate, DER.
  /// - Throws: ``KeyVaultError/forbidden(_:)`` if the pin is not that of whoever listens there.
  static func fetch(from configuration: VaultClientConfiguration, pin: String) async throws(KeyVaultError) -> [UInt8] {
    guard let expected = [UInt8](hex: pin), expected.count == SHA256.byteCount else {
      throw .forbidden("the pin must be 64 hexadecimal digits")
    }
    guard let url = URL(string: configuration.url), let host = url.host, let port = url.port else {
      throw .forbidden("\(configuration.url) is not https://host:port")
    }
    let found = Found()
    do {
      var tls = TLSConfiguration.makeClientConfiguration()
      tls.minimumTLSVersion = .tlsv13
      tls.certificateChain = try NIOSSLCertificate.fromPEMFile(configuration.certificatePath).map { .certificate($0) }
      tls.privateKey = .privateKey(try NIOSSLPrivateKey(file: configuration.keyPath, format: .pem))
      let context = try NIOSSLContext(configuration: tls)
      let shaken = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: Void.self)
      let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .connectTimeout(.seconds(5))
        .channelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            let handler = try NIOSSLClientHandler(
              context: context, serverHostname: nil,
              customVerificationCallback: { chain, promise in
                let certificate = chain.first.flatMap { try? $0.toDERBytes() } ?? []
                let isExpected = Array(SHA256.hash(data: certificate)) == expected
                found.set(isExpected ? certificate : nil)
                promise.succeed(isExpected ? .certificateVerified : .failed)
              })
            try channel.pipeline.syncOperations.addHandlers(handler, HandshakeWaiter(shaken))
          }
        }.connect(host: host, port: port).get()
      _ = try? await shaken.futureResult.get()
      try? await channel.close()
    } catch {
      throw .unavailable("no connection (\(type(of: error)))")
    }
    guard let certificate = found.certificate else {
      throw .forbidden(
        "whoever listens at \(configuration.url) does not have the pinned certificate: give no share to it")
    }
    return certificate
  }

  private final class Found: Sendable {
    private let value = Mutex<[UInt8]?>(nil)
    var certificate: [UInt8]? { value.withLock { $0 } }
    func set(_ certificate: [UInt8]?) { value.withLock { $0 = certificate } }
  }

  /// Says when the handshake is over, well or badly.
  private final class HandshakeWaiter: ChannelInboundHandler {
    typealias InboundIn = Any
    private let shaken: EventLoopPromise<Void>

    init(_ shaken: EventLoopPromise<Void>) { self.shaken = shaken }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      if case TLSUserEvent.handshakeCompleted? = event as? TLSUserEvent { shaken.succeed() }
      context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      shaken.fail(error)
      context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
      shaken.fail(ChannelError.eof)
      context.fireChannelInactive()
    }
  }
}
