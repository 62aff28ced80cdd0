internal import Crypto
internal import Foundation
internal import GRDB
internal import Synchronization
internal import Wire

/// Signs what the vault decides by rows and not by wrapping: grants, people, service identities, claims, proposals,
/// destructions, legal holds, revoked devices. Whoever writes such a row behind the vault's back, or takes one away, has a
/// vault that does not open, and does not go on if it is open.
///
/// The signature is bound to the number of entries of the audit log, so that an earlier set of rows with its signature does
/// not pass either.
///
///     statement = ["SealedBeat/1 policy", entries of the audit log: uint, SHA-256 of the rows: bstr]
final class PolicySeal: Sendable {
  private static let name = "policy-seal"
  private static let label = "SealedBeat/1 policy"

  /// What is sealed, in this order. What merely counts or notes is left out: it changes with every release.
  private static let queries = [
    "SELECT id, service, device, purpose, created, expires FROM access_grant ORDER BY id",
    "SELECT name, role, serial, certificate, added FROM person WHERE removed IS NULL ORDER BY name",
    "SELECT serial, service, issued, expires FROM service_certificate WHERE replaced IS NULL ORDER BY serial",
    "SELECT id, device, token_hash, created, expires FROM claim WHERE used IS NULL AND revoked IS NULL ORDER BY id",
    """
    SELECT id, operation, object, parameters, reason, proposer, proposed, expires, approver, approved FROM proposal
    WHERE withdrawn IS NULL AND carried_out IS NULL ORDER BY id
    """,
    """
    SELECT id, device, through, reason, proposer, approver, scheduled, due, observed_due FROM destruction
    WHERE cancelled IS NULL AND carried_out IS NULL ORDER BY id
    """,
    "SELECT device, reason, actor, since FROM legal_hold ORDER BY device",
    "SELECT name, revoked, reinstated, revoked_version FROM device WHERE revoked_version > 0 OR revoked IS NOT NULL ORDER BY name",
    "SELECT name, value FROM meta WHERE name IN ('observed-seconds', 'first-custodian', 'first-grants') ORDER BY name",
  ]

  private struct State {
    var digest: [UInt8]?
    /// What SQLite counts of the changes that other connections made.
    var version: Int64?
  }

  private let state = Mutex(State())

  /// Checks a vault that is being opened.
  /// - Throws: ``VaultError/Code/corrupted``.
  func check(_ database: Database, signer: AuditSigner) throws {
    let digest = try Self.digest(database)
    let count = try Int64.fetchOne(database, sql: "SELECT count FROM audit_head") ?? 0
    let signature = try Data.fetchOne(
      database, sql: "SELECT value FROM meta WHERE name = ?", arguments: [Self.name])
    let key = try Curve25519.Signing.PublicKey(rawRepresentation: signer.publicKey)
    guard let signature,
      key.isValidSignature(signature, for: Self.statement(UInt64(bitPattern: count), digest))
    else { throw Self.altered }
    state.withLock { $0.digest = digest }
  }

  /// Refuses to go on where another process changed a sealed row meanwhile; call it on the writer, first in a transaction.
  func requireUnaltered(_ database: Database) throws {
    let version = try Int64.fetchOne(database.cachedStatement(sql: "PRAGMA data_version"))
    let known = state.withLock { $0 }
    guard version != known.version else { return }
    if let digest = known.digest, try Self.digest(database) != digest { throw Self.altered }
    state.withLock { $0.version = version }
  }

  /// Signs the rows as they are now; call it last in a transaction.
  /// - Parameter isChanged: whether a sealed row may have changed since the last time.
  func seal(_ database: Database, count: UInt64, signer: AuditSigner, isChanged: Bool) throws {
    let known = isChanged ? nil : state.withLock { $0.digest }
    let digest = if let known { known } else { try Self.digest(database) }
    try database.cachedStatement(sql: "INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)")
      .execute(arguments: [Self.name, Data(try signer.sign(Self.statement(count, digest)))])
    guard known == nil else { return }
    database.afterNextTransaction { [self] _ in state.withLock { $0.digest = digest } }
  }

  private static let altered = VaultError(
    .corrupted,
    "grants, people, claims, proposals, destructions, holds or revocations were changed behind the vault's back: restore a backup"
  )

  private static func statement(_ count: UInt64, _ digest: [UInt8]) -> [UInt8] {
    var writer = CBORWriter(reservingCapacity: 80)
    writer.beginArray(3)
    writer.write(text: label)
    writer.write(count)
    writer.write(bytes: digest)
    return writer.bytes
  }

  /// SHA-256 over every sealed row: of each query its number and its rows, of each row its values, each with its kind and
  /// length before it.
  private static func digest(_ database: Database) throws -> [UInt8] {
    var hash = SHA256()
    func add(_ kind: String, _ bytes: some DataProtocol) {
      hash.update(data: Array("\(kind)\(bytes.count):".utf8))
      hash.update(data: bytes)
    }
    for (number, query) in queries.enumerated() {
      add("q", Array(String(number).utf8))
      let rows = try Row.fetchCursor(database.cachedStatement(sql: query))
      while let row = try rows.next() {
        add("r", Array(String(row.count).utf8))
        for value in row.databaseValues {
          switch value.storage {
          case .null: add("n", [UInt8]())
          case .int64(let number): add("i", Array(String(number).utf8))
          case .double(let number): add("d", Array(String(number).utf8))
          case .string(let text): add("t", Array(text.utf8))
          case .blob(let data): add("b", data)
          }
        }
      }
    }
    return Array(hash.finalize())
  }
}
