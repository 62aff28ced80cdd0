internal import Crypto
internal import SwiftASN1
internal import Wire
internal import X509

/// A certificate request that was checked: a P-256 key, the claimed device's name, and proof that the sender holds
/// the private key (RFC 2986 §4.2).
struct DeviceCertificateRequest {
  let publicKey: Certificate.PublicKey

  init(validating encoded: ArraySlice<UInt8>, device: DeviceID) throws(VaultError) {
    let request: CertificateSigningRequest
    do {
      request = try CertificateSigningRequest(derEncoded: Array(encoded))
    } catch {
      throw VaultError(.badCertificateRequest, "the certificate request is not PKCS#10 in DER")
    }
    guard P256.Signing.PublicKey(request.publicKey) != nil else {
      throw VaultError(.badCertificateRequest, "the certificate request's key is not P-256")
    }
    guard request.subject.onlyCommonName == device.name else {
      throw VaultError(.badCertificateRequest, "the certificate request names another device")
    }
    guard request.publicKey.isValidSignature(request.signature, for: request) else {
      throw VaultError(.badCertificateRequest, "the certificate request is not signed by its key")
    }
    publicKey = request.publicKey
  }
}
