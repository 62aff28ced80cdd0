internal import Crypto
internal import Sealing
internal import Synchronization

/// Signs checkpoints, and remembers the last one that was committed: whoever changes the log behind a running vault's
/// back does not get the change signed.
final class AuditSigner: Sendable {
  private struct Position: Equatable {
    let count: UInt64
    let chain: AuditHash
    let root: AuditHash
  }

  /// Raw, 32 bytes.
  private let key: SecretBytes
  /// 32 bytes.
  let publicKey: [UInt8]
  private let committed = Mutex<Position?>(nil)

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

  func sign(_ checkpoint: AuditCheckpoint) throws -> AuditCheckpoint {
    checkpoint.signed(try sign(checkpoint.statement))
  }

  /// Refuses to continue a log that is not the one that was committed last.
  func requireContinuation(count: UInt64, chain: AuditHash, root: AuditHash) throws(VaultError) {
    let last = committed.withLock { $0 }
    guard last == nil || last == Position(count: count, chain: chain, root: root) else {
      throw VaultError(
        .corrupted, "the audit log was changed behind the vault's back: run `sealedbeat vault audit verify`")
    }
  }

  /// Remembers what is on disk now.
  func remember(_ checkpoint: AuditCheckpoint) {
    committed.withLock {
      $0 = Position(count: checkpoint.count, chain: checkpoint.chain, root: checkpoint.root)
    }
  }
}
