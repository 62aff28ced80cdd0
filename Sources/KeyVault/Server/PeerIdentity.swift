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
  /// A certificate of the service CA for a person, with its serial number: it is for ``KeyAuthority`` to say whether it still
  /// holds.
  case person(String, serial: [UInt8])

  /// The actor of an audit entry.
  var actor: String {
    switch self {
    case .service(let service): service.rawValue
    case .device(let device, _): "device:\(device)"
    case .person(let name, _): "person:\(name)"
    }
  }

  init(_ certificate: Certificate, trust: PeerTrust, now: Date) throws(VaultError) {
    let name = certificate.commonName ?? ""
    if trust.serviceAuthority.hasIssued(certificate, now: now), let service = ServiceID(rawValue: name) {
      self = .service(service)
    } else if name.hasPrefix(Person.prefix), trust.serviceAuthority.hasIssued(certificate, now: now) {
      self = .person(String(name.dropFirst(Person.prefix.count)), serial: Array(certificate.serialNumber.bytes))
    } else if trust.deviceAuthority.hasIssued(certificate, now: now), let device = DeviceID(name) {
      self = .device(device, serial: Array(certificate.serialNumber.bytes))
    } else {
      throw VaultError(.forbidden, "the client certificate names neither a service, a person nor a device")
    }
  }
}

/// One TLS connection, and who its peer proved to be.
final class PeerConnection: Sendable {
  @TaskLocal static var current: PeerConnection?

  private struct Proven {
    let identity: PeerIdentity
    let expires: Date
  }

  private let channel: any Channel
  private let proven = Mutex<Proven?>(nil)

  init(channel: any Channel) { self.channel = channel }

  /// Where the peer is; `unknown` on a socket without addresses.
  var address: String { channel.remoteAddress?.ipAddress ?? "unknown" }

  /// Who the verified client certificate names; looked at once a connection, and no longer than it is valid.
  func identity(trust: PeerTrust, now: Date) async throws(VaultError) -> PeerIdentity {
    if let known = proven.withLock({ $0 }), now <= known.expires { return known.identity }
    let certificate = try await verifiedCertificate()
    let identity = try PeerIdentity(certificate, trust: trust, now: now)
    proven.withLock { $0 = Proven(identity: identity, expires: certificate.notValidAfter) }
    return identity
  }

  /// NIOSSL shows the certificate only on the connection's own event loop.
  private func verifiedCertificate() async throws(VaultError) -> Certificate {
    do {
      let channel = self.channel
      let encoded = try await channel.eventLoop.submit {
        try channel.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self).peerCertificate?.toDERBytes()
      }.get()
      guard let encoded else { throw VaultError(.forbidden, "no client certificate") }
      return try Certificate(derEncoded: encoded)
    } catch let error as VaultError {
      throw error
    } catch {
      throw VaultError(.forbidden, "no readable client certificate")
    }
  }
}
