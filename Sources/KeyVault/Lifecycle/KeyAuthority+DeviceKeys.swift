internal import Foundation
internal import GRDB
internal import Sealing
internal import Wire

/// A device's data key as it rests.
struct StoredDeviceKey {
  let device: DeviceID
  let version: KeyVersion
  let state: KeyState
  /// Version of the tenant key that wraps it.
  let kek: UInt32
  /// `nil` once it is destroyed.
  let wrapped: [UInt8]?

  init(_ row: Row, device: DeviceID) throws {
    version = KeyVersion(rawValue: UInt32(truncatingIfNeeded: row["version"] as Int64))
    guard let state = KeyState(rawValue: row["state"]) else {
      throw VaultError(.corrupted, "the state of key \(version) of \(device) is not one that the vault writes")
    }
    self.device = device
    self.state = state
    kek = UInt32(truncatingIfNeeded: row["kek"] as Int64)
    wrapped = (row["wrapped"] as Data?).map { Array($0) }
  }

  var name: KeyName { .device(device, version) }
}

extension KeyAuthority {
  /// The version that a device's next data key will have.
  func nextVersion(of device: DeviceID, _ database: Database) throws -> KeyVersion {
    let last =
      try Int64.fetchOne(
        database, sql: "SELECT MAX(version) FROM device_key WHERE device = ?", arguments: [device.name]) ?? 0
    guard last < Int64(UInt32.max) else { throw VaultError(.unexpectedVersion, "\(device) has no version left") }
    return KeyVersion(rawValue: UInt32(last) + 1)
  }

  /// Stores a data key as the active one, and deactivates the one that was.
  func install(
    _ key: SecretBytes, of device: DeviceID, as version: KeyVersion, _ change: KeyChange, _ database: Database
  ) throws {
    let time = Int64(bitPattern: change.time)
    for earlier in try storedKeys(of: device, database) where earlier.state.after(.deactivate) != nil {
      let replaced = KeyChange(actor: change.actor, reason: "replaced by version \(version)", time: change.time)
      try apply(.deactivate, to: earlier, replaced, database)
    }
    guard let active = KeyState.preActivation.after(.activate) else {
      throw VaultError(.stateForbids, "a new key cannot be activated")
    }
    let (kek, wrapped) = try wrap(key, context: .device(device, version, active), database)
    try database.execute(
      sql: """
        INSERT INTO device_key (device, version, state, kek, wrapped, created, activated, due)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        device.name, Int64(version.rawValue), active.rawValue, Int64(kek), Data(wrapped), time, time,
        due(.device, from: change.time),
      ])
    try change.record(.device(device, version), .activate, from: .preActivation, to: active, database)
  }

  /// Moves a key to its next state: wrapped again, since the state is part of its wrapping, or erased.
  func apply(_ event: KeyState.Event, to key: StoredDeviceKey, _ change: KeyChange, _ database: Database) throws {
    guard let next = key.state.after(event) else {
      throw VaultError(
        .stateForbids, "key \(key.version) of \(key.device) is \(key.state.rawValue): it cannot \(event.rawValue)")
    }
    let rewrapped =
      next.isDestroyed ? nil : try wrap(unwrap(key), context: .device(key.device, key.version, next), database)
    try database.execute(
      sql: """
        UPDATE device_key SET state = ?1, kek = COALESCE(?2, kek), wrapped = ?3,
          deactivated = CASE WHEN ?1 = 'deactivated' THEN ?4 ELSE deactivated END,
          compromised = CASE WHEN ?1 IN ('compromised', 'destroyed-compromised') AND compromised IS NULL THEN ?4
            ELSE compromised END,
          destroyed = CASE WHEN ?3 IS NULL AND destroyed IS NULL THEN ?4 ELSE destroyed END
        WHERE device = ?5 AND version = ?6
        """,
      arguments: [
        next.rawValue, rewrapped.map { Int64($0.kek) }, rewrapped.map { Data($0.wrapped) },
        Int64(bitPattern: change.time), key.device.name, Int64(key.version.rawValue),
      ])
    try change.record(key.name, event, from: key.state, to: next, database)
  }

  /// Forgets unwrapped copies of keys whose state changed; call it once the change is on disk.
  func forget(_ device: DeviceID, _ versions: some Sequence<KeyVersion>) {
    for version in versions { cache.remove(.init(device: device, version: version)) }
  }

  /// All keys of a device, oldest first.
  func storedKeys(of device: DeviceID, _ database: Database) throws -> [StoredDeviceKey] {
    try Row.fetchAll(
      database, sql: "SELECT version, state, kek, wrapped FROM device_key WHERE device = ? ORDER BY version",
      arguments: [device.name]
    ).map { try StoredDeviceKey($0, device: device) }
  }

  /// One key of a device.
  func storedKey(_ device: DeviceID, _ version: KeyVersion, _ database: Database) throws -> StoredDeviceKey {
    guard
      let row = try Row.fetchOne(
        database, sql: "SELECT version, state, kek, wrapped FROM device_key WHERE device = ? AND version = ?",
        arguments: [device.name, Int64(version.rawValue)])
    else { throw VaultError(.unknown, "\(device) has no key \(version)") }
    return try StoredDeviceKey(row, device: device)
  }

  /// Unwraps a key without keeping it.
  func unwrap(_ key: StoredDeviceKey) throws -> SecretBytes { try unwrap(key, with: keys.tenant[key.kek]) }

  /// Unwraps a key with the tenant key that it is under; `nil` if that is gone.
  func unwrap(_ key: StoredDeviceKey, with wrap: KeyWrap?) throws -> SecretBytes {
    do {
      guard let wrapped = key.wrapped, let wrap else { throw SealingError.authenticationFailed }
      return try wrap.unwrap(
        wrapped, context: KeyContext.device(key.device, key.version, key.state).encoded)
    } catch {
      throw VaultError(
        .corrupted, "the data key \(key.version) of \(key.device) does not unwrap: the file was altered")
    }
  }
}
