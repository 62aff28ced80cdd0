internal import Crypto
internal import Foundation
internal import Wire

/// A signed statement that all keys of a device are gone: Ed25519 (RFC 8032) over the UTF-8 bytes of ``statement``, so that
/// OpenSSL alone can check it.
package struct DestructionCertificate: Sendable, Codable, Hashable {
  /// What is stated.
  package struct Statement: Sendable, Codable, Hashable {
    /// `SealedBeat certificate of destruction 1`.
    package let title: String
    /// Whose keys.
    package let device: String
    /// Every key that was destroyed.
    package let keys: [String]
    /// Version of the backup key that was destroyed with them: no backup under it, or under an earlier one, opens any more.
    package let backupKey: UInt32
    /// Why.
    package let reason: String
    /// Who proposed it.
    package let proposer: String
    /// Who agreed.
    package let approver: String
    /// Unix time in microseconds of the agreement.
    package let scheduled: UInt64
    /// Unix time in microseconds of the destruction.
    package let destroyed: UInt64
    /// Number of entries of the audit log up to and with those of the destruction.
    package let auditEntries: UInt64
  }

  private static let title = "SealedBeat certificate of destruction 1"

  /// JSON of a ``Statement``, exactly as signed.
  package let statement: String
  /// 64 bytes, hexadecimal.
  package let signature: String
  /// The vault's audit key, 32 bytes, hexadecimal.
  package let publicKey: String

  init(
    _ destruction: Destruction, keys: [StoredDeviceKey], backupKey: UInt32, destroyed: UInt64, auditEntries: UInt64,
    signer: AuditSigner
  ) throws {
    let statement = Statement(
      title: Self.title, device: destruction.device.name, keys: keys.map(\.name.description), backupKey: backupKey,
      reason: destruction.reason, proposer: destruction.proposer, approver: destruction.approver,
      scheduled: destruction.scheduled, destroyed: destroyed, auditEntries: auditEntries)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let encoded = try encoder.encode(statement)
    self.statement = String(decoding: encoded, as: UTF8.self)
    signature = try signer.sign(Array(encoded)).hex
    publicKey = signer.publicKey.hex
  }

  /// The audit key as OpenSSL reads it: SubjectPublicKeyInfo (RFC 8410), PEM.
  package var publicKeyPEM: String {
    // 302a300506032b6570032100 is the fixed beginning of an Ed25519 SubjectPublicKeyInfo (RFC 8410 §10.1).
    let encoded = ([UInt8](hex: "302a300506032b6570032100") ?? []) + ([UInt8](hex: publicKey) ?? [])
    return "-----BEGIN PUBLIC KEY-----\n\(Data(encoded).base64EncodedString())\n-----END PUBLIC KEY-----\n"
  }

  /// What is stated, if the vault with this audit key (32 bytes) signed it; `nil` otherwise.
  package func verified(by publicKey: [UInt8]) -> Statement? {
    guard let signature = [UInt8](hex: signature),
      let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey),
      key.isValidSignature(signature, for: Data(statement.utf8)),
      let found = try? JSONDecoder().decode(Statement.self, from: Data(statement.utf8)), found.title == Self.title
    else { return nil }
    return found
  }
}
