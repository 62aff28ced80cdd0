internal import Crypto
internal import Sealing
internal import Wire

/// A signed statement: so many entries, and this is the head of their chain.
package struct AuditCheckpoint: Hashable, Sendable {
  /// Entries in the log.
  package let count: UInt64
  /// Head of the chain after them.
  package let head: [UInt8]
  /// Unix time in microseconds.
  package let time: UInt64
  /// Ed25519 (RFC 8032) over ``statement``.
  package let signature: [UInt8]

  /// Puts a statement together; ``isSigned(by:)`` says whether it may be believed.
  package init(count: UInt64, head: [UInt8], time: UInt64, signature: [UInt8]) {
    self.count = count
    self.head = head
    self.time = time
    self.signature = signature
  }

  /// What is signed.
  package var statement: [UInt8] { Self.statement(count: count, head: head, time: time) }

  static func statement(count: UInt64, head: [UInt8], time: UInt64) -> [UInt8] {
    var writer = CBORWriter(reservingCapacity: 96)
    writer.beginArray(4)
    writer.write(text: "SealedBeat/1 audit checkpoint")
    writer.write(count)
    writer.write(bytes: head)
    writer.write(time)
    return writer.bytes
  }

  /// Whether the holder of the private key of `publicKey` (32 bytes) signed this.
  package func isSigned(by publicKey: [UInt8]) -> Bool {
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else { return false }
    return key.isValidSignature(signature, for: statement)
  }
}

/// Signs checkpoints.
struct AuditSigner: Sendable {
  /// Raw, 32 bytes.
  private let key: SecretBytes
  /// 32 bytes.
  let publicKey: [UInt8]

  init(key: SecretBytes) throws {
    self.key = key
    publicKey = Array(try Self.signingKey(key).publicKey.rawRepresentation)
  }

  /// The private key, for one signature: its memory is wiped when it is let go.
  private static func signingKey(_ key: SecretBytes) throws -> Curve25519.Signing.PrivateKey {
    try key.withUnsafeBytes { try Curve25519.Signing.PrivateKey(rawRepresentation: $0) }
  }

  /// Ed25519 over anything that says by itself what it is.
  func sign(_ statement: [UInt8]) throws -> [UInt8] { Array(try Self.signingKey(key).signature(for: statement)) }

  func checkpoint(count: UInt64, head: [UInt8], time: UInt64) throws -> AuditCheckpoint {
    let statement = AuditCheckpoint.statement(count: count, head: head, time: time)
    return AuditCheckpoint(count: count, head: head, time: time, signature: try sign(statement))
  }
}
