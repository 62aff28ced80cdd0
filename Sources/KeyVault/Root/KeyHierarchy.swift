internal import Crypto
internal import Foundation
internal import Sealing
internal import Wire

/// The unsealed keys of a vault: what the root key opens.
///
/// Every key stays in locked memory; swift-crypto and OpenSSL get it for the duration of one operation and wipe their
/// copy after it.
struct KeyHierarchy: Sendable {
  /// One of the vault's own keys as it rests.
  struct Stored {
    let name: OwnKey
    let version: UInt32
    let state: KeyState
    /// Version of the key that wraps it: the root or the tenant key.
    let kek: UInt32
    let wrapped: [UInt8]
    var certificate: [UInt8]?

    var context: KeyContext {
      .own(name, version: version, state: state, root: name.isUnderRoot ? kek : nil)
    }
  }

  /// Wraps the tenant keys and the backup key.
  let root: RootSlot
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
  static func create(root: any RootKey, version: UInt32, now: Date) throws -> [Stored] {
    let tenantKey = try SecretBytes(randomCount: AEAD.keySize)
    let slot = RootSlot(root, version: version)
    let tenant = try KeyWrap(keyEncryptionKey: tenantKey)
    return try OwnKey.allCases.map { name in
      if name.isUnderRoot {
        return try slot.wrap(
          name == .tenantKeyEncryptionKey ? tenantKey : SecretBytes(randomCount: AEAD.keySize), name, version: 1)
      }
      let (key, certificate) = try newKey(name, now: now)
      let wrapped = try tenant.wrap(key, context: KeyContext.own(name, version: 1, state: .active).encoded)
      return Stored(name: name, version: 1, state: .active, kek: 1, wrapped: wrapped, certificate: certificate)
    }
  }

  private static func newKey(_ name: OwnKey, now: Date) throws -> (key: SecretBytes, certificate: [UInt8]?) {
    func locked(_ raw: Data) -> SecretBytes {
      var raw = raw
      defer { raw.resetBytes(in: raw.startIndex..<raw.endIndex) }
      return SecretBytes(copying: raw)
    }
    switch name {
    case .deviceAuthority, .serviceAuthority:
      let key = P256.Signing.PrivateKey()
      let commonName =
        name == .deviceAuthority
        ? CertificateAuthority.deviceAuthorityName : CertificateAuthority.serviceAuthorityName
      return (
        locked(key.rawRepresentation), try CertificateAuthority.selfSigned(commonName, key: key, now: now)
      )
    case .enrolment: return (locked(P256.KeyAgreement.PrivateKey().rawRepresentation), nil)
    case .auditSigning: return (locked(Curve25519.Signing.PrivateKey().rawRepresentation), nil)
    case .tenantKeyEncryptionKey, .backup, .patientRecords: return (try SecretBytes(randomCount: AEAD.keySize), nil)
    }
  }

  /// Opens the keys of a vault.
  /// - Parameters:
  ///   - root: what wraps the tenant keys.
  ///   - version: of the root.
  ///   - stored: every own key that was not destroyed.
  /// - Throws: ``VaultError/Code/wrongRoot`` if the root key is not this vault's, ``VaultError/Code/corrupted`` if it
  ///   is and a key below it still does not open.
  init(root key: any RootKey, version: UInt32, stored: [Stored]) throws {
    let root = RootSlot(key, version: version)
    let tenant = TenantKeys()
    for key in stored where key.name == .tenantKeyEncryptionKey {
      tenant.add(try KeyWrap(keyEncryptionKey: root.open(key)), version: key.version)
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
  /// Unwraps a key that a tenant key wraps.
  func open(with wrap: KeyWrap) throws -> SecretBytes { try wrap.unwrap(wrapped, context: context.encoded) }
}
