internal import Foundation
internal import GRDB
package import Wire

/// What a compromised key exposes: exactly these sessions, as far as anybody ever asked for their keys.
package struct CompromiseReport: Sendable, Codable {
  /// A session whose signal and findings the compromised key opens.
  package struct Session: Sendable, Codable, Hashable {
    /// Its id.
    package let session: String
    /// Version of the key.
    package let version: UInt32
    /// When its keys were first asked for, Unix time in microseconds.
    package let first: UInt64
  }

  /// Whose keys.
  package let device: DeviceID
  /// Versions that are compromised.
  package let versions: [UInt32]
  /// When that was reported, Unix time in microseconds.
  package let reported: UInt64
  /// Sessions under these versions that the vault knows. The store may hold more whose keys nobody asked for yet.
  package let sessions: [Session]
  /// Version that the device was asked to make; `nil` if it may not rotate.
  package let nextVersion: UInt32?
}

extension KeyAuthority {
  /// Marks keys of a device as compromised: sessions that were known stay readable, sessions that appear later are refused,
  /// and the device is asked for a new key at once.
  /// - Parameter version: `nil` for every version that is not compromised yet, destroyed ones included.
  package func reportCompromise(
    of device: DeviceID, version: KeyVersion?, reason: String, actor: String
  ) throws -> CompromiseReport {
    let now = clock().unixMicroseconds
    let report = try commit(actor: actor) { database, audit -> Decision<CompromiseReport> in
      let keys = try storedKeys(of: device, database).filter { version == nil || $0.version == version }
      let marked = keys.filter { $0.state.after(.compromise) != nil }
      guard !marked.isEmpty else {
        try audit.append(
          .reportCompromise, .refused, object: "device/\(device)", reason: VaultError.Code.stateForbids.rawValue)
        return .refused(
          keys.isEmpty
            ? VaultError(.unknown, "\(device) has no such key")
            : VaultError(.stateForbids, "every such key of \(device) was reported compromised before"))
      }
      let change = KeyChange(actor: actor, reason: reason, time: now)
      for key in marked {
        try apply(.compromise, to: key, change, database)
        try audit.append(.reportCompromise, object: key.name.description, reason: reason)
      }
      let next = try askToRotate(device, because: "compromised", database, &audit)
      return .done(
        CompromiseReport(
          device: device, versions: marked.map(\.version.rawValue), reported: now,
          sessions: try exposedSessions(of: device, marked.map(\.version), database), nextVersion: next?.rawValue))
    }
    forget(device, report.versions.map { KeyVersion(rawValue: $0) })
    return report
  }

  /// What the compromised keys of a device expose, asked for again.
  package func compromise(of device: DeviceID) throws -> CompromiseReport {
    try read { database in
      let compromised = try storedKeys(of: device, database).filter {
        $0.state == .compromised || $0.state == .destroyedCompromised
      }
      guard !compromised.isEmpty else {
        throw VaultError(.unknown, "no key of \(device) was reported compromised")
      }
      let reported = try Int64.fetchOne(
        database, sql: "SELECT MAX(compromised) FROM device_key WHERE device = ?", arguments: [device.name])
      let pending = try Int64.fetchOne(
        database, sql: "SELECT pending FROM device WHERE name = ?", arguments: [device.name])
      return CompromiseReport(
        device: device, versions: compromised.map(\.version.rawValue),
        reported: UInt64(bitPattern: reported ?? 0),
        sessions: try exposedSessions(of: device, compromised.map(\.version), database),
        nextVersion: pending.map { UInt32(truncatingIfNeeded: $0) })
    }
  }

  private func exposedSessions(
    of device: DeviceID, _ versions: [KeyVersion], _ database: Database
  ) throws -> [CompromiseReport.Session] {
    let wanted = Set(versions.map { Int64($0.rawValue) })
    return try Row.fetchAll(
      database, sql: "SELECT session, version, first FROM session WHERE device = ? ORDER BY first, session",
      arguments: [device.name]
    ).filter { wanted.contains($0["version"]) }.map { row in
      CompromiseReport.Session(
        session: Array(row["session"] as Data).hex, version: UInt32(truncatingIfNeeded: row["version"] as Int64),
        first: UInt64(bitPattern: row["first"] as Int64))
    }
  }
}
