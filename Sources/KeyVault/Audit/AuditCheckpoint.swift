internal import Crypto
internal import Wire

/// A signed statement: so many entries, this is the head of their chain, and this the root of their tree.
package struct AuditCheckpoint: Hashable, Sendable {
  /// Distance between the checkpoints that are kept for good, besides the signed head of every transaction.
  package static let interval: UInt64 = 1024

  /// Entries in the log.
  package let count: UInt64
  /// Head of the chain after them.
  package let chain: AuditHash
  /// Root of the Merkle tree over them.
  package let root: AuditHash
  /// Unix time in microseconds.
  package let time: UInt64
  /// Which vault: 16 random bytes.
  package let vault: [UInt8]
  /// Ed25519 (RFC 8032) over ``statement``.
  package let signature: [UInt8]

  /// Puts a statement together; ``isSigned(by:)`` says whether it may be believed.
  package init(
    count: UInt64, chain: AuditHash, root: AuditHash, time: UInt64, vault: [UInt8], signature: [UInt8] = []
  ) {
    self.count = count
    self.chain = chain
    self.root = root
    self.time = time
    self.vault = vault
    self.signature = signature
  }

  /// What is signed: a CBOR array of six items.
  package var statement: [UInt8] {
    var writer = CBORWriter(reservingCapacity: 160)
    writer.beginArray(6)
    writer.write(text: "SealedBeat/1 audit checkpoint")
    writer.write(count)
    writer.write(bytes: chain.bytes)
    writer.write(bytes: root.bytes)
    writer.write(time)
    writer.write(bytes: vault)
    return writer.bytes
  }

  /// The same with a signature.
  package func signed(_ signature: some Sequence<UInt8>) -> AuditCheckpoint {
    AuditCheckpoint(count: count, chain: chain, root: root, time: time, vault: vault, signature: Array(signature))
  }

  /// Whether the holder of the private key of `publicKey` (32 bytes) signed this.
  package func isSigned(by publicKey: [UInt8]) -> Bool {
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else { return false }
    return key.isValidSignature(signature, for: statement)
  }

  /// Whether two checkpoints state the same of the log.
  func agrees(with other: AuditCheckpoint) -> Bool {
    count == other.count && chain == other.chain && root == other.root
  }
}

extension AuditCheckpoint: Codable {
  private enum CodingKeys: String, CodingKey {
    case count, chain, root, time, vault, signature
  }

  /// Reads an object whose bytes are hexadecimal.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func bytes(_ key: CodingKeys) throws -> [UInt8] {
      guard let bytes = [UInt8](hex: try container.decode(String.self, forKey: key)) else {
        throw DecodingError.dataCorruptedError(forKey: key, in: container, debugDescription: "not hexadecimal")
      }
      return bytes
    }
    self.init(
      count: try container.decode(UInt64.self, forKey: .count),
      chain: try container.decode(AuditHash.self, forKey: .chain),
      root: try container.decode(AuditHash.self, forKey: .root),
      time: try container.decode(UInt64.self, forKey: .time), vault: try bytes(.vault),
      signature: try bytes(.signature))
  }

  /// Writes an object whose bytes are hexadecimal.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(count, forKey: .count)
    try container.encode(chain, forKey: .chain)
    try container.encode(root, forKey: .root)
    try container.encode(time, forKey: .time)
    try container.encode(vault.hex, forKey: .vault)
    try container.encode(signature.hex, forKey: .signature)
  }
}
