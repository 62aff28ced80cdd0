internal import Foundation
internal import SwiftASN1
internal import X509

/// The public half of a certificate authority: enough to tell whom a certificate names, also while the vault is sealed.
struct AuthorityCertificate: Sendable {
  let certificate: Certificate
  /// DER of ``certificate``.
  let encoded: [UInt8]

  init(derEncoded encoded: [UInt8]) throws {
    certificate = try Certificate(derEncoded: encoded)
    self.encoded = encoded
  }

  /// Whether this authority signed a certificate that is valid at `now`.
  func hasIssued(_ other: Certificate, now: Date) -> Bool {
    other.issuer == certificate.subject && now >= other.notValidBefore && now <= other.notValidAfter
      && certificate.publicKey.isValidSignature(other.signature, for: other)
  }
}

/// The authorities whose certificates name the vault's clients.
struct PeerTrust: Sendable {
  let deviceAuthority: AuthorityCertificate
  let serviceAuthority: AuthorityCertificate
}
