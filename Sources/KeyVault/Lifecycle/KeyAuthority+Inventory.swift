internal import Foundation
internal import GRDB
internal import Sealing
package import Wire

extension KeyAuthority {
  /// Most devices in one page of an inventory: an answer under 1 MiB.
  package static let pageLimit = 1000

  /// Devices in alphabetical order, after `name`.
  package func devices(after name: String = "", limit: Int = pageLimit) throws -> [DeviceReport] {
    try read { database in
      let rows = try Row.fetchAll(
        database, sql: "SELECT * FROM device WHERE name > ? ORDER BY name LIMIT ?",
        arguments: [name, min(limit, Self.pageLimit)])
      return try rows.compactMap { row in try self.report(row, database) }
    }
  }

  /// One device.
  package func device(_ device: DeviceID) throws -> DeviceReport {
    let report = try read { database in
      try Row.fetchOne(database, sql: "SELECT * FROM device WHERE name = ?", arguments: [device.name])
        .flatMap { try self.report($0, database) }
    }
    guard let report else { throw VaultError(.unknownDevice, "\(device) is not enrolled") }
    return report
  }

  /// An overview of the whole vault.
  package func report() throws -> VaultReport {
    try read { database in
      var states: [String: Int] = [:]
      for row in try Row.fetchAll(database, sql: "SELECT state, COUNT(*) AS n FROM device_key GROUP BY state") {
        states[row["state"]] = row["n"]
      }
      let own = try Row.fetchAll(database, sql: "SELECT * FROM own_key ORDER BY name").compactMap { row in
        KeyState(rawValue: row["state"]).map { state in
          KeyReport(
            id: "own/\(row["name"] as String)/\(row["version"] as Int64)", device: nil,
            version: UInt32(truncatingIfNeeded: row["version"] as Int64), state: state,
            created: UInt64(bitPattern: row["created"] as Int64),
            activated: UInt64(bitPattern: row["created"] as Int64), deactivated: nil, lastUsed: nil, uses: 0)
        }
      }
      let head = try Row.fetchOne(database, sql: "SELECT count, hash FROM audit_head")
      return VaultReport(
        devices: try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM device") ?? 0, deviceKeys: states, ownKeys: own,
        openClaims: try Int.fetchOne(
          database, sql: "SELECT COUNT(*) FROM claim WHERE used IS NULL AND revoked IS NULL AND expires > ?",
          arguments: [Int64(bitPattern: clock().unixMicroseconds)]) ?? 0,
        auditEntries: UInt64(bitPattern: head?["count"] as Int64? ?? 0),
        auditHead: (head?["hash"] as Data?)?.hex ?? "", areSecretsLocked: ProcessHardening.areSecretsLocked)
    }
  }

  /// Reads from one consistent snapshot.
  func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
    do {
      return try file.pool.read(body)
    } catch let error as DatabaseError {
      throw VaultError(.storage, "the vault's file could not be read (\(error.databaseReason))")
    }
  }

  private func report(_ row: Row, _ database: Database) throws -> DeviceReport? {
    guard let device = DeviceID(row["name"] as String) else { return nil }
    let keys = try Row.fetchAll(
      database, sql: "SELECT * FROM device_key WHERE device = ? ORDER BY version", arguments: [device.name])
    return DeviceReport(
      device: device, enrolled: UInt64(bitPattern: row["enrolled"] as Int64),
      certificateSerial: (row["serial"] as Data).hex,
      pendingVersion: (row["pending"] as Int64?).map { UInt32(truncatingIfNeeded: $0) },
      keys: keys.compactMap { key in
        KeyState(rawValue: key["state"]).map { state in
          KeyReport(
            id: "device/\(device)/\(key["version"] as Int64)", device: device,
            version: UInt32(truncatingIfNeeded: key["version"] as Int64), state: state,
            created: UInt64(bitPattern: key["created"] as Int64),
            activated: (key["activated"] as Int64?).map { UInt64(bitPattern: $0) },
            deactivated: (key["deactivated"] as Int64?).map { UInt64(bitPattern: $0) },
            lastUsed: (key["last_used"] as Int64?).map { UInt64(bitPattern: $0) },
            uses: UInt64(bitPattern: key["uses"] as Int64))
        }
      })
  }
}
