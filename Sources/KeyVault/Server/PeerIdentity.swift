internal import Foundation
internal import NIOCore
internal import NIOSSL
internal import SwiftASN1
internal import Synchronization
package import Wire
internal import X509

/// Who is at the other end of a connection: decided by the authority that issued the client certificate and by its
/// common name.
package enum PeerIdentity: Hashable, Sendable {
  /// A certificate of the service CA.
  case service(ServiceID)
  /// A certificate of the device CA, with its serial number.
  case device(DeviceID, serial: [UInt8])

  /// The actor of an audit entry.
  var actor: String {
    switch self {
    case .service(let service): service.rawValue
    case .device(let device, _): "device:\(device)"
    }
  }

  init(_ certificate: Certificate, keys: KeyHierarchy, now: Date) throws(VaultError) {
    let name = certificate.commonName ?? ""
    if keys.serviceAuthority.hasIssued(certificate, now: now), let service = ServiceID(rawValue: name) {
      self = .service(service)
    } else if keys.deviceAuthority.hasIssued(certificate, now: now), let device = DeviceID(name) {
      self = .device(device, serial: Array(certificate.serialNumber.bytes))
    } else {
      throw VaultError(.forbidden, "the client certificate names neither a service nor a device")
    }
  }
}

/// One TLS connection, and the certificate that its peer proved.
final class PeerConnection: Sendable {
  @TaskLocal static var current: PeerConnection?

  private let channel: any Channel
  private let certificate = Mutex<Certificate?>(nil)

  init(channel: any Channel) { self.channel = channel }

  /// Where the peer is; `unknown` on a socket without addresses.
  var address: String { channel.remoteAddress?.ipAddress ?? "unknown" }

  /// The verified client certificate. NIOSSL shows it only on the connection's own event loop.
  func verifiedCertificate() async throws(VaultError) -> Certificate {
    if let known = certificate.withLock({ $0 }) { return known }
    do {
      let channel = self.channel
      let encoded = try await channel.eventLoop.submit {
        try channel.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self).peerCertificate?.toDERBytes()
      }.get()
      guard let encoded else { throw VaultError(.forbidden, "no client certificate") }
      let parsed = try Certificate(derEncoded: encoded)
      certificate.withLock { $0 = parsed }
      return parsed
    } catch let error as VaultError {
      throw error
    } catch {
      throw VaultError(.forbidden, "no readable client certificate")
    }
  }
}
