internal import Crypto
internal import Foundation
internal import Sealing
internal import Wire

/// The unsealed keys of a vault: what the root key opens.
///
/// Every key stays in locked memory; swift-crypto and OpenSSL get it for the duration of one operation and wipe their
/// copy after it.
struct KeyHierarchy: Sendable {
  /// Wraps everything but itself.
  let tenant: KeyWrap
  /// What the root wraps.
  let tenantKey: SecretBytes
  let deviceAuthority: CertificateAuthority
  let serviceAuthority: CertificateAuthority
  let enrolment: EnrolmentOpener
  let auditSigner: AuditSigner
  let patientRecords: SecretBytes

  /// The authorities' public halves.
  var trust: PeerTrust {
    PeerTrust(deviceAuthority: deviceAuthority.identity, serviceAuthority: serviceAuthority.identity)
  }

  /// Makes all keys of a new vault and returns them wrapped.
  static func create(root: any RootKey, now: Date) throws -> (
    wrapped: [OwnKey: [UInt8]], authorities: [OwnKey: [UInt8]]
  ) {
    let tenantKey = try SecretBytes(randomCount: AEAD.keySize)
    let tenant = try KeyWrap(keyEncryptionKey: tenantKey)
    var wrapped: [OwnKey: [UInt8]] = [:]
    var authorities: [OwnKey: [UInt8]] = [:]
    wrapped[.tenantKeyEncryptionKey] = try root.wrap(tenantKey, context: KeyContext.tenant(root: 1).encoded)
    func keep(_ key: SecretBytes, as name: OwnKey) throws {
      wrapped[name] = try tenant.wrap(key, context: KeyContext.own(name).encoded)
    }
    func keep(raw representation: Data, as name: OwnKey) throws {
      var representation = representation
      defer { representation.resetBytes(in: representation.startIndex..<representation.endIndex) }
      try keep(SecretBytes(copying: representation), as: name)
    }
    for (name, commonName) in [
      (OwnKey.deviceAuthority, CertificateAuthority.deviceAuthorityName),
      (.serviceAuthority, CertificateAuthority.serviceAuthorityName),
    ] {
      let key = P256.Signing.PrivateKey()
      try keep(raw: key.rawRepresentation, as: name)
      authorities[name] = try CertificateAuthority.selfSigned(commonName, key: key, now: now)
    }
    try keep(raw: P256.KeyAgreement.PrivateKey().rawRepresentation, as: .enrolment)
    try keep(raw: Curve25519.Signing.PrivateKey().rawRepresentation, as: .auditSigning)
    try keep(SecretBytes(randomCount: AEAD.keySize), as: .patientRecords)
    return (wrapped, authorities)
  }

  /// Opens the keys of a vault.
  /// - Throws: ``VaultError/Code/wrongRoot`` if the root key is not this vault's, ``VaultError/Code/corrupted`` if it
  ///   is and a key below it still does not open.
  init(
    root: any RootKey, version: UInt32, wrapped: [OwnKey: [UInt8]], authorities: [OwnKey: [UInt8]]
  ) throws {
    tenantKey = try root.unwrap(
      wrapped[.tenantKeyEncryptionKey] ?? [], context: KeyContext.tenant(root: version).encoded)
    do {
      let tenant = try KeyWrap(keyEncryptionKey: tenantKey)
      func open(_ name: OwnKey) throws -> SecretBytes {
        try tenant.unwrap(wrapped[name] ?? [], context: KeyContext.own(name).encoded)
      }
      self.tenant = tenant
      deviceAuthority = try CertificateAuthority(
        key: open(.deviceAuthority), certificate: authorities[.deviceAuthority])
      serviceAuthority = try CertificateAuthority(
        key: open(.serviceAuthority), certificate: authorities[.serviceAuthority])
      enrolment = try EnrolmentOpener(key: open(.enrolment))
      auditSigner = try AuditSigner(key: open(.auditSigning))
      patientRecords = try open(.patientRecords)
    } catch {
      throw VaultError(.corrupted, "a key of the vault does not unwrap: its file was altered or damaged")
    }
  }
}
