internal import Crypto
internal import Foundation
package import Sealing
internal import Wire

/// Opens what devices seal to the vault: HPKE base mode (RFC 9180), DHKEM(P-256, HKDF-SHA256), HKDF-SHA256,
/// AES-256-GCM, single shot.
package struct EnrolmentOpener: Sendable {
  /// What a sealed message is for: `info` of its key schedule.
  package enum Purpose: String, Sendable {
    /// A first data key and a certificate request.
    case enrol = "SealedBeat/1 enrol"
    /// The next data key.
    case rotate = "SealedBeat/1 rotate"
  }

  /// Largest sealed message in bytes (`docs/wire-format.md`).
  package static let messageLimit = 4096
  /// Bytes of an uncompressed P-256 point.
  static let encapsulatedKeySize = 65

  /// Raw, 32 bytes.
  private let key: SecretBytes
  /// The public key, an uncompressed point of 65 bytes.
  package let publicKey: [UInt8]

  /// - Parameter key: the private key, 32 bytes, raw.
  package init(key: SecretBytes) throws {
    self.key = key
    publicKey = Array(try Self.agreementKey(key).publicKey.x963Representation)
  }

  /// The private key, for one message: its memory is wiped when it is let go.
  private static func agreementKey(_ key: SecretBytes) throws -> P256.KeyAgreement.PrivateKey {
    try key.withUnsafeBytes { try P256.KeyAgreement.PrivateKey(rawRepresentation: $0) }
  }

  /// Opens `[1, enc, ciphertext]`.
  package func open(
    message: [UInt8], purpose: Purpose, additionalData: [UInt8]
  ) throws(VaultError) -> SecretBytes {
    guard message.count <= Self.messageLimit else { throw VaultError(.badRequest, "the message is too long") }
    let encapsulated: ArraySlice<UInt8>
    let ciphertext: ArraySlice<UInt8>
    do {
      var reader = CBORReader(message)
      _ = try reader.array("message", count: 3...3)
      guard try reader.unsigned("version") == 1 else { throw WireError(.valueOutOfRange, "version") }
      encapsulated = try reader.byteString(
        "enc", length: Self.encapsulatedKeySize...Self.encapsulatedKeySize)
      ciphertext = try reader.byteString("ciphertext", length: 16...Self.messageLimit)
      try reader.finish("message")
    } catch {
      throw VaultError(.badRequest, "the message is not as the wire format says (\(error))")
    }
    return try open(
      encapsulated: Array(encapsulated), ciphertext: Array(ciphertext), info: Array(purpose.rawValue.utf8),
      additionalData: additionalData)
  }

  /// Opens the first message of an HPKE context.
  package func open(
    encapsulated: [UInt8], ciphertext: [UInt8], info: [UInt8], additionalData: [UInt8]
  ) throws(VaultError) -> SecretBytes {
    do {
      var recipient = try HPKE.Recipient(
        privateKey: Self.agreementKey(key), ciphersuite: .P256_SHA256_AES_GCM_256, info: Data(info),
        encapsulatedKey: Data(encapsulated))
      var plaintext = try recipient.open(ciphertext, authenticating: additionalData)
      defer { plaintext.resetBytes(in: plaintext.startIndex..<plaintext.endIndex) }
      return SecretBytes(copying: plaintext)
    } catch {
      throw VaultError(.unopenable, "the message is not sealed to this vault, or was altered")
    }
  }
}
