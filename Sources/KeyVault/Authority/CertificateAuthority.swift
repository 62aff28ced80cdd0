internal import Crypto
internal import Foundation
internal import Sealing
internal import SwiftASN1
internal import X509

/// One of the vault's two certificate authorities (X.509, RFC 5280; ECDSA P-256 with SHA-256).
///
/// What a certificate entitles to is decided by who issued it and by its common name alone.
struct CertificateAuthority: Sendable {
  static let deviceAuthorityName = "SealedBeat device CA"
  static let serviceAuthorityName = "SealedBeat service CA"

  /// Clock error of a verifier that a fresh certificate tolerates.
  static let clockTolerance: TimeInterval = 300
  /// Lifetime of an authority: beyond that of anything it signs.
  static let authorityLifetime: TimeInterval = 20 * 365 * 86_400
  /// Lifetime of a device's certificate: the service life of a wearable between enrolments.
  static let deviceLifetime: TimeInterval = 2 * 365 * 86_400
  /// Lifetime of a service's certificate: the longest that browsers accept of a server (CA/Browser Forum).
  static let serviceLifetime: TimeInterval = 397 * 86_400

  /// What everybody may see of it.
  let identity: AuthorityCertificate
  /// Raw, 32 bytes.
  private let key: SecretBytes

  var certificate: Certificate { identity.certificate }
  /// DER of ``certificate``.
  var encoded: [UInt8] { identity.encoded }

  /// Opens an authority from its private key (raw, 32 bytes) and its certificate (DER).
  init(key: SecretBytes, certificate encoded: [UInt8]?) throws {
    self.key = key
    identity = try AuthorityCertificate(derEncoded: encoded ?? [])
    guard try identity.certificate.publicKey == signingKey.publicKey else {
      throw VaultError(.corrupted, "a certificate authority's certificate does not belong to its key")
    }
  }

  /// The private key, for one signature: its memory is wiped when it is let go.
  private var signingKey: Certificate.PrivateKey {
    get throws {
      Certificate.PrivateKey(try key.withUnsafeBytes { try P256.Signing.PrivateKey(rawRepresentation: $0) })
    }
  }

  /// The self-signed certificate (DER) of a new authority.
  static func selfSigned(_ commonName: String, key: P256.Signing.PrivateKey, now: Date) throws -> [UInt8] {
    let key = Certificate.PrivateKey(key)
    let name = try DistinguishedName { CommonName(commonName) }
    let certificate = try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key.publicKey,
      notValidBefore: now - clockTolerance, notValidAfter: now + authorityLifetime,
      issuer: name, subject: name,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
        Critical(KeyUsage(keyCertSign: true, cRLSign: true))
        SubjectKeyIdentifier(hash: key.publicKey)
      },
      issuerPrivateKey: key)
    return try certificate.derBytes
  }

  /// Issues an end-entity certificate.
  func issue(
    commonName: String, publicKey: Certificate.PublicKey, usages: [ExtendedKeyUsage.Usage],
    hosts: [CertificateHost] = [],
    lifetime: TimeInterval, now: Date
  ) throws -> Certificate {
    try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: publicKey,
      notValidBefore: now - Self.clockTolerance,
      notValidAfter: min(now + lifetime, certificate.notValidAfter),
      issuer: certificate.subject, subject: try DistinguishedName { CommonName(commonName) },
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.notCertificateAuthority)
        Critical(KeyUsage(digitalSignature: true))
        try ExtendedKeyUsage(usages)
        SubjectKeyIdentifier(hash: publicKey)
        AuthorityKeyIdentifier(keyIdentifier: try certificate.extensions.subjectKeyIdentifier?.keyIdentifier)
        if !hosts.isEmpty { SubjectAlternativeNames(hosts.map(\.generalName)) }
      },
      issuerPrivateKey: signingKey)
  }
}

extension Certificate {
  /// DER.
  var derBytes: [UInt8] {
    get throws {
      var serializer = DER.Serializer()
      try serializer.serialize(self)
      return serializer.serializedBytes
    }
  }

  /// PEM (RFC 7468).
  var pemText: String { get throws { try serializeAsPEM().pemString + "\n" } }

  /// The subject's only common name; `nil` if there is none or more than one.
  var commonName: String? { subject.onlyCommonName }
}

extension DistinguishedName {
  /// The only common name; `nil` if there is none or more than one.
  var onlyCommonName: String? {
    let names = flatMap { Array($0) }.filter { $0.type == .RDNAttributeType.commonName }
    guard names.count == 1, let name = names.first else { return nil }
    return String(describing: name.value)
  }
}
