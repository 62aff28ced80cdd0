internal import Crypto
internal import Foundation
internal import Glibc
internal import NIOSSL
internal import Wire
internal import X509

/// What the listeners show: a certificate of the service CA, or, over a vault that starts sealed, one of their own that
/// whoever brings a share compares by its pin.
struct ListenerIdentity: Sendable {
  /// Name of the file with the pin.
  static let pinFile = "unseal.pin"
  /// Lifetime of an own certificate: the vault is unsealed long before.
  private static let ownLifetime: TimeInterval = 30 * 86_400

  private let certificate: [UInt8]
  private let privateKeyPEM: String
  /// SHA-256 of the certificate (DER), hexadecimal, where no authority has signed it.
  let pin: String?

  /// One that the vault issued.
  init(_ identity: ServiceIdentity) {
    certificate = identity.certificate
    privateKeyPEM = identity.privateKeyPEM
    pin = nil
  }

  /// A new self-signed certificate, which lives in memory alone.
  init(ownFor hosts: [String], now: Date) throws {
    let key = P256.Signing.PrivateKey()
    let signing = Certificate.PrivateKey(key)
    let name = try DistinguishedName { CommonName("SealedBeat sealed vault") }
    let names =
      CertificateHost.local + hosts.compactMap { CertificateHost($0) }.filter { !CertificateHost.local.contains($0) }
    let own = try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: signing.publicKey,
      notValidBefore: now - CertificateAuthority.clockTolerance, notValidAfter: now + Self.ownLifetime,
      issuer: name, subject: name,
      extensions: try Certificate.Extensions {
        // Whoever trusts it trusts it as its own issuer.
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
        Critical(KeyUsage(digitalSignature: true, keyCertSign: true))
        try ExtendedKeyUsage([.serverAuth])
        SubjectAlternativeNames(names.map(\.generalName))
      }, issuerPrivateKey: signing)
    certificate = try own.derBytes
    privateKeyPEM = key.pemRepresentation
    pin = Array(SHA256.hash(data: certificate)).hex
  }

  /// TLS 1.3 with this certificate.
  /// - Parameter trust: whose certificates a client must show; `nil` to ask for none.
  func configuration(trusting trust: PeerTrust?) throws -> TLSConfiguration {
    var tls = TLSConfiguration.makeServerConfiguration(
      certificateChain: [.certificate(try NIOSSLCertificate(bytes: certificate, format: .der))],
      privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(privateKeyPEM.utf8), format: .pem)))
    tls.minimumTLSVersion = .tlsv13
    tls.applicationProtocols = ["http/1.1"]
    if let trust {
      // A server verifies a client's chain and purpose; there is no host name to compare.
      tls.certificateVerification = .noHostnameVerification
      tls.trustRoots = .certificates([
        try NIOSSLCertificate(bytes: trust.serviceAuthority.encoded, format: .der),
        try NIOSSLCertificate(bytes: trust.deviceAuthority.encoded, format: .der),
      ])
    }
    return tls
  }

  /// Tells the pin to whoever may read the vault's directory, and in the status.
  func writePin(beside door: VaultDoor) throws {
    guard let pin else { return }
    try PrivateFile.replace("\(door.directory)/\(Self.pinFile)", text: pin + "\n")
    door.show(pin: pin)
  }

  /// Takes the pin away, since the certificate is gone.
  static func removePin(beside door: VaultDoor) { unlink("\(door.directory)/\(pinFile)") }
}
