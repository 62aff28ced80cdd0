internal import Crypto
internal import Foundation
internal import Sealing
internal import Wire

/// The unsealed keys of a vault: what the root key opens.
///
/// swift-crypto and swift-certificates keep their private keys in their own memory; every key of a device and of
/// records stays in locked memory.
struct KeyHierarchy: Sendable {
  /// One of the vault's own keys as it rests.
  struct Stored {
    let name: OwnKey
    let version: UInt32
    let state: KeyState
    /// Version of the key that wraps it.
    let kek: UInt32
    let wrapped: [UInt8]
    var certificate: [UInt8]?
  }

  /// Wraps the tenant keys and the backup key.
  let root: KeyWrap
  /// Wrap everything else.
  let tenant: TenantKeys
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
  static func create(root: SecretBytes, now: Date) throws -> [Stored] {
    let tenantKey = try SecretBytes(randomCount: AEAD.keySize)
    let wraps = (root: try KeyWrap(keyEncryptionKey: root), tenant: try KeyWrap(keyEncryptionKey: tenantKey))
    return try OwnKey.allCases.map { name in
      var certificate: [UInt8]?
      func authority(_ commonName: String) throws -> SecretBytes {
        let key = P256.Signing.PrivateKey()
        certificate = try CertificateAuthority.selfSigned(commonName, key: key, now: now)
        return SecretBytes(copying: key.rawRepresentation)
      }
      let key =
        switch name {
        case .tenantKeyEncryptionKey: tenantKey
        case .backup, .patientRecords: try SecretBytes(randomCount: AEAD.keySize)
        case .deviceAuthority: try authority(CertificateAuthority.deviceAuthorityName)
        case .serviceAuthority: try authority(CertificateAuthority.serviceAuthorityName)
        case .enrolment: SecretBytes(copying: P256.KeyAgreement.PrivateKey().rawRepresentation)
        case .auditSigning: SecretBytes(copying: Curve25519.Signing.PrivateKey().rawRepresentation)
        }
      let wrapped = try (name.isUnderRoot ? wraps.root : wraps.tenant).wrap(
        key, context: KeyContext.own(name, version: 1, state: .active).encoded)
      return Stored(
        name: name, version: 1, state: .active, kek: 1, wrapped: wrapped, certificate: certificate)
    }
  }

  /// Opens the keys of a vault.
  /// - Parameter stored: every own key that was not destroyed.
  /// - Throws: ``VaultError/Code/wrongRoot`` if the root key is not this vault's, ``VaultError/Code/corrupted`` if it
  ///   is and a key below it still does not open.
  init(root: SecretBytes, stored: [Stored]) throws {
    let root = try KeyWrap(keyEncryptionKey: root)
    let tenant = TenantKeys()
    do {
      for key in stored where key.name == .tenantKeyEncryptionKey {
        tenant.add(try KeyWrap(keyEncryptionKey: key.open(with: root)), version: key.version)
      }
    } catch {
      throw VaultError(.wrongRoot, "this root key or passphrase does not open this vault")
    }
    guard tenant.current != nil else { throw VaultError(.corrupted, "the vault has no tenant key-encryption key") }
    do {
      func latest(_ name: OwnKey) throws -> (key: SecretBytes, stored: Stored) {
        guard let key = stored.filter({ $0.name == name }).max(by: { $0.version < $1.version }),
          let wrap = tenant[key.kek]
        else { throw VaultError(.corrupted, "no \(name.rawValue)") }
        return (try key.open(with: wrap), key)
      }
      func authority(_ name: OwnKey) throws -> CertificateAuthority {
        let found = try latest(name)
        return try CertificateAuthority(key: found.key, certificate: found.stored.certificate)
      }
      deviceAuthority = try authority(.deviceAuthority)
      serviceAuthority = try authority(.serviceAuthority)
      enrolment = try EnrolmentOpener(key: latest(.enrolment).key)
      auditSigner = try AuditSigner(key: latest(.auditSigning).key)
      patientRecords = try latest(.patientRecords).key
    } catch {
      throw VaultError(.corrupted, "a key of the vault does not unwrap: its file was altered or damaged")
    }
    self.root = root
    self.tenant = tenant
  }
}

extension KeyHierarchy.Stored {
  /// Unwraps the key.
  func open(with wrap: KeyWrap) throws -> SecretBytes {
    try wrap.unwrap(wrapped, context: KeyContext.own(name, version: version, state: state).encoded)
  }
}
