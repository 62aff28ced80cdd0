internal import Crypto

/// Ed25519 (RFC 8032) as the audit log is verified with.
package enum AuditSignature {
  /// Whether the holder of the private key of `publicKey` (32 bytes) signed a statement.
  package static func isValid(_ signature: [UInt8], of statement: [UInt8], by publicKey: [UInt8]) -> Bool {
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else { return false }
    return key.isValidSignature(signature, for: statement)
  }
}
