internal import Foundation
internal import GRDB
internal import Sealing
package import Wire

extension KeyAuthority {
  /// Most devices in one page of an inventory: an answer under 2 MiB.
  package static let pageLimit = 1000

  /// Devices in alphabetical order, after `name`.
  package func devices(after name: String = "", limit: Int = pageLimit) throws -> [DeviceReport] {
    try read { database in
      let rows = try Row.fetchAll(
        database, sql: Self.deviceQuery + " WHERE device.name > ? ORDER BY device.name LIMIT ?",
        arguments: [name, min(limit, Self.pageLimit)])
      return try rows.compactMap { row in try self.report(row, database) }
    }
  }

  /// One device.
  package func device(_ device: DeviceID) throws -> DeviceReport {
    let report = try read { database in
      try Row.fetchOne(database, sql: Self.deviceQuery + " WHERE device.name = ?", arguments: [device.name])
        .flatMap { try self.report($0, database) }
    }
    guard let report else { throw VaultError(.unknownDevice, "\(device) is not enrolled") }
    return report
  }

  /// Every move of a key's life, oldest first; of all keys of a device where `key` is `device/NAME`.
  package func history(of key: String, limit: Int = pageLimit) throws -> [KeyTransition] {
    try read { database in
      try Row.fetchAll(
        database, sql: "SELECT * FROM transition WHERE key = ? OR key GLOB ? ORDER BY id LIMIT ?",
        arguments: [key, key + "/[0-9]*", min(limit, Self.pageLimit)]
      ).compactMap { KeyTransition($0) }
    }
  }

  /// An overview of the whole vault.
  package func report() throws -> VaultReport {
    let now = clock().unixMicroseconds
    let rewrap = try rewrapProgress()
    return try read { database in
      func count(_ query: String, _ arguments: StatementArguments = []) throws -> Int {
        try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM " + query, arguments: arguments) ?? 0
      }
      var states: [String: Int] = [:]
      for row in try Row.fetchAll(database, sql: "SELECT state, COUNT(*) AS n FROM device_key GROUP BY state") {
        states[row["state"]] = row["n"]
      }
      let own = try ownReports(database, now: now)
      let head = try Row.fetchOne(database, sql: "SELECT count, hash FROM audit_head")
      return VaultReport(
        made: own.map(\.created).min() ?? 0, devices: try count("device"),
        revokedDevices: try count("device WHERE revoked IS NOT NULL"), deviceKeys: states, ownKeys: own,
        overdue: try own.filter { $0.isOverdue(at: now) } + overdueDeviceKeys(database, now: now)
          + endingDeviceIdentities(database, now: now),
        derived: [
          "session/DEVICE/SESSION: HKDF-SHA256 of the device key, opens chunks; at most \(KeyPolicy.chunkLimit) chunks",
          "findings/DEVICE/SESSION: HKDF-SHA256 of the device key, \(KeyRole.findings.purpose)",
        ],
        openClaims: try count(
          "claim WHERE used IS NULL AND revoked IS NULL AND expires > ?", [Int64(bitPattern: now)]),
        openProposals: try count(
          "proposal WHERE approved IS NULL AND withdrawn IS NULL AND expires > ?", [Int64(bitPattern: now)]),
        waitingDestructions: try count("destruction WHERE cancelled IS NULL AND carried_out IS NULL"),
        legalHolds: try count("legal_hold"),
        presentBackups: try count(
          "backup WHERE key_version = (SELECT MAX(version) FROM own_key WHERE name = 'backup')"),
        sessions: try count("session"),
        auditEntries: UInt64(bitPattern: head?["count"] as Int64? ?? 0),
        auditHead: (head?["hash"] as Data?)?.hex ?? "", auditPublicKey: auditPublicKey.hex, rewrap: rewrap,
        areSecretsLocked: ProcessHardening.areSecretsLocked)
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

  private static let deviceQuery = """
    SELECT device.*, legal_hold.reason AS hold,
      EXISTS (SELECT 1 FROM destruction
        WHERE destruction.device = name AND cancelled IS NULL AND carried_out IS NULL) AS ending
    FROM device LEFT JOIN legal_hold ON legal_hold.device = name
    """

  private func report(_ row: Row, _ database: Database) throws -> DeviceReport? {
    guard let device = DeviceID(row["name"] as String) else { return nil }
    let keys = try Row.fetchAll(
      database, sql: "SELECT * FROM device_key WHERE device = ? ORDER BY version", arguments: [device.name])
    return DeviceReport(
      device: device, enrolled: UInt64(bitPattern: row["enrolled"] as Int64),
      certificateSerial: (row["serial"] as Data).hex,
      certificateExpires: UInt64(bitPattern: row["expires"] as Int64),
      identity: Self.identity(row), pendingVersion: (row["pending"] as Int64?).map { UInt32(truncatingIfNeeded: $0) },
      revoked: (row["revoked"] as Int64?).map { UInt64(bitPattern: $0) }, isDestructionScheduled: row["ending"],
      legalHold: row["hold"], keys: keys.compactMap { KeyReport(deviceKey: $0, device: device, policy: policy) })
  }

  /// The root, own keys and identities.
  private func ownReports(_ database: Database, now: UInt64) throws -> [KeyReport] {
    let own = try Row.fetchAll(database, sql: "SELECT * FROM own_key ORDER BY name, version")
    let root = try rootReport(database)
    let services = try Row.fetchAll(
      database,
      sql: """
        SELECT service, MAX(issued) AS issued, MAX(expires) AS expires, COUNT(*) AS version FROM service_certificate
        GROUP BY service ORDER BY service
        """
    ).map { row in
      let expires = UInt64(bitPattern: row["expires"] as Int64)
      return KeyReport(
        identity: .serviceIdentity, owner: row["service"], version: UInt32(truncatingIfNeeded: row["version"] as Int64),
        state: expires > now ? .active : .deactivated, created: UInt64(bitPattern: row["issued"] as Int64), due: expires
      )
    }
    let people = try Row.fetchAll(database, sql: "SELECT * FROM person ORDER BY name").compactMap(Person.init).map {
      KeyReport(
        identity: .personIdentity, owner: $0.name, version: 1, state: $0.removed == nil ? .active : .deactivated,
        created: $0.added, due: $0.added + UInt64(CertificateAuthority.serviceLifetime) * 1_000_000,
        ended: $0.removed)
    }
    return [root] + own.compactMap { KeyReport(ownKey: $0, policy: policy) } + services + people
  }

  private func rootReport(_ database: Database) throws -> KeyReport {
    let first = try Row.fetchOne(
      database,
      sql:
        "SELECT MIN(created) AS created, MAX(kek) AS kek, COUNT(*) AS wraps FROM own_key WHERE name IN ('tenant-kek', 'backup')"
    )
    let created = UInt64(bitPattern: first?["created"] as Int64? ?? 0)
    let version = UInt32(truncatingIfNeeded: first?["kek"] as Int64? ?? 1)
    let limit = KeyPolicy.limit(of: .root)
    return KeyReport(
      id: "root/\(version)", role: .root, purpose: KeyRole.root.purpose, algorithm: KeyRole.root.algorithm, owner: nil,
      version: version, state: .active, cryptoPeriod: policy.period(of: .root), created: created, activated: created,
      due: due(.root, from: created).map { UInt64(bitPattern: $0) }, deactivated: nil, compromised: nil,
      destroyed: nil, lastUsed: nil, uses: UInt64(first?["wraps"] as Int64? ?? 0),
      counted: UInt64(first?["wraps"] as Int64? ?? 0), limit: limit.map { UInt64($0.count) }, limitOf: limit?.of,
      wrappedBy: nil)
  }

  /// Device certificates that end within a month: the device has to enrol again before.
  private func endingDeviceIdentities(_ database: Database, now: UInt64) throws -> [KeyReport] {
    let month: UInt64 = 30 * 86_400 * 1_000_000
    return try Row.fetchAll(
      database,
      sql: "SELECT * FROM device WHERE revoked IS NULL AND expires <= ? ORDER BY expires LIMIT ?",
      arguments: [Int64(bitPattern: now + month), Self.pageLimit]
    ).map { Self.identity($0) }
  }

  /// The present X.509 identity of a device.
  private static func identity(_ row: Row) -> KeyReport {
    let revoked = (row["revoked"] as Int64?).map { UInt64(bitPattern: $0) }
    return KeyReport(
      identity: .deviceIdentity, owner: row["name"], version: UInt32(truncatingIfNeeded: row["identity"] as Int64),
      state: revoked == nil ? .active : .deactivated, created: UInt64(bitPattern: row["enrolled"] as Int64),
      due: UInt64(bitPattern: row["expires"] as Int64), ended: revoked)
  }

  private func overdueDeviceKeys(_ database: Database, now: UInt64) throws -> [KeyReport] {
    try Row.fetchAll(
      database,
      sql: "SELECT * FROM device_key WHERE state = 'active' AND (due <= ? OR sessions >= ?) ORDER BY due LIMIT ?",
      arguments: [Int64(bitPattern: now), KeyPolicy.sessionWarning, Self.pageLimit]
    ).compactMap { row in
      DeviceID(row["device"] as String).flatMap { KeyReport(deviceKey: row, device: $0, policy: policy) }
    }
  }
}
