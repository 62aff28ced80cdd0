internal import Foundation
internal import GRDB
internal import Sealing
internal import Wire

/// How far a rewrap is.
package struct RewrapProgress: Sendable, Codable, Hashable {
  /// Version of the tenant key that everything shall be under.
  package let version: UInt32
  /// Keys that are under it.
  package let done: Int
  /// Keys that are still under an earlier one.
  package let remaining: Int
}

extension KeyAuthority {
  /// Keys that one transaction rewraps: some milliseconds, so that releases hardly wait.
  package static let rewrapBatch = 1000

  /// Makes a new tenant key-encryption key. Earlier ones still unwrap; ``rewrap(after:actor:)`` moves every key under it.
  /// - Returns: its version.
  package func rotateTenantKey(reason: String, actor: String) throws -> UInt32 {
    let key = try SecretBytes(randomCount: AEAD.keySize)
    let stored = try commit(actor: actor) { database, audit -> Decision<KeyHierarchy.Stored> in
      let present = try activeOwnKey(.tenantKeyEncryptionKey, database)
      let version = present.version + 1
      let change = KeyChange(actor: actor, reason: reason, time: clock().unixMicroseconds)
      try apply(.deactivate, to: present, change, database)
      let stored = try keys.root.wrap(key, .tenantKeyEncryptionKey, version: version)
      try insert(stored, database, &audit, actor: actor, reason: reason)
      try audit.append(.rotateTenant, object: "tenant-kek/\(version)", reason: reason)
      return .done(stored)
    }
    // Only now that it is on disk may anything be wrapped under it.
    keys.tenant.add(try KeyWrap(keyEncryptionKey: key), version: stored.version)
    return stored.version
  }

  /// How far the rewrap is; everything is done where the tenant key was not rotated.
  package func rewrapProgress() throws -> RewrapProgress {
    let version = keys.tenant.current?.version ?? 0
    return try read { database in
      func count(_ condition: String) throws -> Int {
        let device = try Int.fetchOne(
          database, sql: "SELECT COUNT(*) FROM device_key WHERE wrapped IS NOT NULL AND kek \(condition) ?",
          arguments: [Int64(version)])
        let own = try Int.fetchOne(
          database,
          sql: """
            SELECT COUNT(*) FROM own_key
            WHERE wrapped IS NOT NULL AND name NOT IN ('tenant-kek', 'backup') AND kek \(condition) ?
            """, arguments: [Int64(version)])
        return (device ?? 0) + (own ?? 0)
      }
      return RewrapProgress(version: version, done: try count("="), remaining: try count("<>"))
    }
  }

  /// Whether an earlier tenant key is still there: something is under it, or it was not retired yet.
  func isRewrapNeeded() throws -> Bool {
    try read { try OwnKeyRow.unsealable($0).count { $0.name == .tenantKeyEncryptionKey } > 1 }
  }

  /// Where the next batch of a rewrap begins.
  package struct RewrapPosition: Sendable, Hashable {
    let device: String
    let version: Int64

    /// The beginning: also right after an interruption, since keys that are done are passed over.
    package static let start = RewrapPosition(device: "", version: 0)
  }

  /// Rewraps one batch of keys, each in place: there is no moment at which a key does not open.
  /// - Returns: where the next batch begins; `nil` when nothing is left, and the earlier tenant keys are destroyed.
  package func rewrap(after position: RewrapPosition = .start, actor: String) throws -> RewrapPosition? {
    guard let (current, wrap) = keys.tenant.current else {
      throw VaultError(.corrupted, "there is no tenant key-encryption key")
    }
    var retired: [UInt32] = []
    let next = try commit(actor: actor) { database, audit -> Decision<RewrapPosition?> in
      if position == .start { try rewrapOwnKeys(under: current, wrap, database, &audit) }
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT device, version, state, kek, wrapped FROM device_key
          WHERE (device, version) > (?, ?) AND wrapped IS NOT NULL AND kek <> ? ORDER BY device, version LIMIT ?
          """,
        arguments: [position.device, position.version, Int64(current), Self.rewrapBatch])
      let update = try database.cachedStatement(
        sql: "UPDATE device_key SET kek = ?, wrapped = ? WHERE device = ? AND version = ?")
      for row in rows {
        let wrapped = try rewrapped(row, under: wrap)
        try update.execute(arguments: [
          Int64(current), Data(wrapped), row["device"] as String, row["version"] as Int64,
        ])
      }
      if let first = rows.first, let last = rows.last {
        try count(.tenantKeyEncryptionKey, version: current, uses: rows.count, database)
        try audit.append(
          .rewrap, object: "tenant-kek/\(current)",
          reason: "\(rows.count) keys, device/\(first["device"] as String)/\(first["version"] as Int64) to "
            + "device/\(last["device"] as String)/\(last["version"] as Int64)")
      }
      if rows.count == Self.rewrapBatch, let last = rows.last {
        return .done(RewrapPosition(device: last["device"], version: last["version"]))
      }
      retired = try retireTenantKeys(before: current, actor: actor, database, &audit)
      return .done(nil)
    }
    for version in retired { keys.tenant.remove(version: version) }
    return next
  }

  private func rewrapped(_ row: Row, under wrap: KeyWrap) throws -> [UInt8] {
    let (device, version): (String, Int64) = (row["device"], row["version"])
    guard let state = KeyState(rawValue: row["state"]),
      let old = keys.tenant[UInt32(truncatingIfNeeded: row["kek"] as Int64)]
    else { throw VaultError(.corrupted, "the row of key \(version) of \(device) is not one that the vault writes") }
    let context = KeyContext(
      role: "device", owner: device, version: UInt32(truncatingIfNeeded: version), state: state
    ).encoded
    do {
      return try wrap.wrap(old.unwrap(Array(row["wrapped"] as Data), context: context), context: context)
    } catch {
      throw VaultError(.corrupted, "the data key \(version) of \(device) does not unwrap: the file was altered")
    }
  }

  private func rewrapOwnKeys(
    under current: UInt32, _ wrap: KeyWrap, _ database: Database, _ audit: inout AuditAppender
  ) throws {
    let stale = try OwnKeyRow.unsealable(database).filter { !$0.name.isUnderRoot && $0.kek != current }
    for key in stale {
      guard let old = keys.tenant[key.kek] else {
        throw VaultError(.corrupted, "\(key.name.rawValue) is wrapped by a tenant key that is gone")
      }
      try database.execute(
        sql: "UPDATE own_key SET kek = ?, wrapped = ? WHERE name = ? AND version = ?",
        arguments: [
          Int64(current), Data(try wrap.wrap(key.open(with: old), context: key.context.encoded)), key.name.rawValue,
          Int64(key.version),
        ])
      try audit.append(.rewrap, object: KeyName(key.name.role, version: key.version).description)
    }
    if !stale.isEmpty { try count(.tenantKeyEncryptionKey, version: current, uses: stale.count, database) }
  }

  /// Destroys earlier tenant keys, if nothing is under them any more.
  private func retireTenantKeys(
    before current: UInt32, actor: String, _ database: Database, _ audit: inout AuditAppender
  ) throws -> [UInt32] {
    let change = KeyChange(actor: actor, reason: "nothing is wrapped by it any more", time: clock().unixMicroseconds)
    return try OwnKeyRow.unsealable(database)
      .filter { $0.name == .tenantKeyEncryptionKey && $0.version < current }.compactMap { key in
        let isUsed = try Bool.fetchOne(
          database,
          sql: """
            SELECT EXISTS (SELECT 1 FROM device_key WHERE wrapped IS NOT NULL AND kek = ?1)
              OR EXISTS (SELECT 1 FROM own_key
                WHERE wrapped IS NOT NULL AND name NOT IN ('tenant-kek', 'backup') AND kek = ?1)
            """, arguments: [Int64(key.version)])
        guard isUsed == false else { return nil }
        try apply(.destroy, to: key, change, database)
        try audit.append(.destroy, object: "tenant-kek/\(key.version)", reason: change.reason)
        return key.version
      }
  }
}
