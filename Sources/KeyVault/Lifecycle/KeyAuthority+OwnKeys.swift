internal import Foundation
internal import GRDB
internal import Sealing

extension KeyAuthority {
  /// Stores a new key of the vault's own, active from now on.
  func insert(
    _ key: KeyHierarchy.Stored, _ database: Database, _ audit: inout AuditAppender, actor: String = "local",
    reason: String = ""
  ) throws {
    let now = clock().unixMicroseconds
    let time = Int64(bitPattern: now)
    let name = KeyName(key.name.role, version: key.version)
    try database.execute(
      sql: """
        INSERT INTO own_key (name, version, state, kek, wrapped, certificate, created, activated, due)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        key.name.rawValue, Int64(key.version), key.state.rawValue, Int64(key.kek), Data(key.wrapped),
        key.certificate.map { Data($0) }, time, time, due(key.name.role, from: now),
      ])
    try KeyChange(actor: actor, reason: reason, time: now).record(
      name, .activate, from: .preActivation, to: key.state, database)
    try audit.append(.initialise, object: name.description, reason: reason)
  }

  /// End of the crypto-period of a key that begins to protect at `time`.
  func due(_ role: KeyRole, from time: UInt64) -> Int64? {
    policy.period(of: role).map { Int64(clamping: time &+ $0 &* 1_000_000) }
  }

  /// The vault's own key of a name and version.
  func ownKey(_ name: OwnKey, version: UInt32, _ database: Database) throws -> KeyHierarchy.Stored {
    guard
      let row = try Row.fetchOne(
        database, sql: "SELECT * FROM own_key WHERE name = ? AND version = ?",
        arguments: [name.rawValue, Int64(version)])
    else { throw VaultError(.unknown, "there is no key \(name.rawValue)/\(version)") }
    return try OwnKeyRow.stored(row)
  }

  /// The latest version of an own key that is active.
  func activeOwnKey(_ name: OwnKey, _ database: Database) throws -> KeyHierarchy.Stored {
    guard
      let row = try Row.fetchOne(
        database, sql: "SELECT * FROM own_key WHERE name = ? AND state = ? ORDER BY version DESC LIMIT 1",
        arguments: [name.rawValue, KeyState.active.rawValue])
    else { throw VaultError(.corrupted, "the vault has no active key \(name.rawValue)") }
    return try OwnKeyRow.stored(row)
  }

  /// Moves an own key to its next state: wrapped again, since the state is part of its wrapping, or erased.
  func apply(_ event: KeyState.Event, to key: KeyHierarchy.Stored, _ change: KeyChange, _ database: Database) throws {
    let name = KeyName(key.name.role, version: key.version)
    guard let next = key.state.after(event) else {
      throw VaultError(.stateForbids, "\(name) is \(key.state.rawValue): it cannot \(event.rawValue)")
    }
    let wrapped = next.isDestroyed ? nil : try rewrapped(key, as: next)
    try database.execute(
      sql: """
        UPDATE own_key SET state = ?1, wrapped = ?2,
          deactivated = CASE WHEN ?1 = 'deactivated' THEN ?3 ELSE deactivated END,
          compromised = CASE WHEN ?1 = 'compromised' THEN ?3 ELSE compromised END,
          destroyed = CASE WHEN ?2 IS NULL THEN ?3 ELSE destroyed END
        WHERE name = ?4 AND version = ?5
        """,
      arguments: [
        next.rawValue, wrapped.map { Data($0) }, Int64(bitPattern: change.time), key.name.rawValue,
        Int64(key.version),
      ])
    try change.record(name, event, from: key.state, to: next, database)
  }

  private func rewrapped(_ key: KeyHierarchy.Stored, as state: KeyState) throws -> [UInt8] {
    if key.name.isUnderRoot {
      return try keys.root.wrap(keys.root.open(key), key.name, version: key.version, state: state).wrapped
    }
    guard let wrap = keys.tenant[key.kek] else {
      throw VaultError(.corrupted, "\(key.name.rawValue)/\(key.version) is wrapped by a key that is gone")
    }
    return try wrap.wrap(
      key.open(with: wrap), context: KeyContext.own(key.name, version: key.version, state: state).encoded)
  }

  /// Counts uses of an own key against its limit.
  func count(_ name: OwnKey, version: UInt32, uses: Int = 1, _ database: Database) throws {
    let total = try Int64.fetchOne(
      database.cachedStatement(
        sql: "UPDATE own_key SET uses = uses + ?, last_used = ? WHERE name = ? AND version = ? RETURNING uses"),
      arguments: [uses, Int64(bitPattern: clock().unixMicroseconds), name.rawValue, Int64(version)])
    if let total, let limit = KeyPolicy.limit(of: name.role), total > limit.count {
      throw VaultError(
        .limitReached,
        "\(name.rawValue)/\(version) has reached its limit of \(limit.count) \(limit.of): rotate it")
    }
  }

  /// Wraps a key under the present tenant key, and counts it.
  func wrap(
    _ key: SecretBytes, context: KeyContext, _ database: Database
  ) throws -> (kek: UInt32, wrapped: [UInt8]) {
    guard let (version, wrap) = keys.tenant.current else {
      throw VaultError(.corrupted, "there is no tenant key-encryption key")
    }
    try count(.tenantKeyEncryptionKey, version: version, database)
    return (version, try wrap.wrap(key, context: context.encoded))
  }
}
