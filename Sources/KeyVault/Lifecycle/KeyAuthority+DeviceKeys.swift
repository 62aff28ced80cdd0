internal import Foundation
internal import GRDB
internal import Sealing
internal import Wire

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
    _ key: SecretBytes, of device: DeviceID, as version: KeyVersion, _ database: Database,
    _ audit: inout AuditAppender
  ) throws {
    let time = Int64(bitPattern: clock().unixMicroseconds)
    for row in try Row.fetchAll(
      database, sql: "SELECT version, state FROM device_key WHERE device = ?", arguments: [device.name])
    {
      let earlier = KeyVersion(rawValue: UInt32(truncatingIfNeeded: row["version"] as Int64))
      guard let state = KeyState(rawValue: row["state"]) else { throw unreadableState(device, earlier) }
      if state.after(.deactivate) != nil { try apply(.deactivate, to: device, earlier, database) }
    }
    guard let active = KeyState.preActivation.after(.activate) else {
      throw VaultError(.stateForbids, "a new key cannot be activated")
    }
    let wrapped = try keys.tenant.wrap(key, context: KeyContext.device(device, version, active).encoded)
    try database.execute(
      sql: """
        INSERT INTO device_key (device, version, state, wrapped, created, activated) VALUES (?, ?, ?, ?, ?, ?)
        """,
      arguments: [device.name, Int64(version.rawValue), active.rawValue, Data(wrapped), time, time])
  }

  /// Moves a key to its next state and wraps it again, since the state is part of its wrapping.
  func apply(
    _ event: KeyState.Event, to device: DeviceID, _ version: KeyVersion, _ database: Database
  ) throws {
    let (state, wrapped) = try storedKey(device, version, database)
    guard let next = state.after(event) else {
      throw VaultError(.stateForbids, "key \(version) of \(device) is \(state.rawValue): it cannot \(event.rawValue)")
    }
    let key = try unwrap(device, version, wrapped: wrapped, state: state)
    let rewrapped = try keys.tenant.wrap(key, context: KeyContext.device(device, version, next).encoded)
    try database.execute(
      sql: """
        UPDATE device_key SET state = ?1, wrapped = ?2,
          deactivated = CASE WHEN ?1 = 'deactivated' THEN ?3 ELSE deactivated END
        WHERE device = ?4 AND version = ?5
        """,
      arguments: [
        next.rawValue, Data(rewrapped), Int64(bitPattern: clock().unixMicroseconds), device.name,
        Int64(version.rawValue),
      ])
  }

  /// A key's row.
  func storedKey(
    _ device: DeviceID, _ version: KeyVersion, _ database: Database
  ) throws -> (state: KeyState, wrapped: [UInt8]) {
    guard
      let row = try Row.fetchOne(
        database, sql: "SELECT state, wrapped FROM device_key WHERE device = ? AND version = ?",
        arguments: [device.name, Int64(version.rawValue)])
    else { throw VaultError(.unknown, "\(device) has no key \(version)") }
    guard let state = KeyState(rawValue: row["state"]) else { throw unreadableState(device, version) }
    return (state, Array(row["wrapped"] as Data))
  }

  /// Unwraps a key without keeping it.
  func unwrap(
    _ device: DeviceID, _ version: KeyVersion, wrapped: [UInt8], state: KeyState
  ) throws -> SecretBytes {
    do {
      return try keys.tenant.unwrap(wrapped, context: KeyContext.device(device, version, state).encoded)
    } catch {
      throw VaultError(.corrupted, "the data key \(version) of \(device) does not unwrap: the file was altered")
    }
  }

  private func unreadableState(_ device: DeviceID, _ version: KeyVersion) -> VaultError {
    VaultError(.corrupted, "the state of key \(version) of \(device) is not one that the vault writes")
  }
}
