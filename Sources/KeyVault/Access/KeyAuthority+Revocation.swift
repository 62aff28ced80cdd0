internal import CoreMetrics
internal import Foundation
internal import GRDB
package import Wire

/// A revoked device.
package struct Revocation: Hashable, Sendable {
  /// Which device.
  package let device: DeviceID
  /// Unix time of the revocation in microseconds.
  package let revoked: UInt64
  /// Revision of the access list that says so.
  package let revision: UInt64
}

extension KeyAuthority {
  /// Revokes a device: its data key protects nothing new, its certificate is void for every route of the vault, its
  /// open claims are void, no key of a session that was not known before is released any more, and the gatekeeper is
  /// woken to cut its connection. What it sent before stays readable for those with grants: it is the patient's history.
  ///
  /// Revoking a revoked device answers the same; a reinstatement that was not used yet is taken back.
  package func revoke(_ device: DeviceID, reason: String, actor: String) throws -> Revocation {
    let revocation = try commit(actor: actor) { database, audit -> Decision<Revocation> in
      let object = "device/\(device)"
      guard
        let row = try Row.fetchOne(
          database, sql: "SELECT revoked, access_revision FROM device WHERE name = ?", arguments: [device.name])
      else {
        try audit.append(.revoke, .refused, object: object, reason: VaultError.Code.unknownDevice.rawValue)
        return .refused(VaultError(.unknownDevice, "\(device) is not enrolled"))
      }
      if let earlier = row["revoked"] as Int64? {
        try audit.append(.revoke, object: object, reason: "revoked already; \(reason)")
        try database.execute(sql: "UPDATE device SET reinstated = NULL WHERE name = ?", arguments: [device.name])
        return .done(
          Revocation(
            device: device, revoked: UInt64(bitPattern: earlier),
            revision: UInt64(bitPattern: row["access_revision"] as Int64)))
      }
      let now = clock().unixMicroseconds
      let change = KeyChange(actor: actor, reason: "device revoked: \(reason)", time: now)
      for key in try storedKeys(of: device, database) where key.state.after(.deactivate) != nil {
        try apply(.deactivate, to: key, change, database)
      }
      let revision = try nextAccessRevision(database)
      try database.execute(
        sql: """
          UPDATE device SET revoked = ?, reinstated = NULL, pending = NULL, access_revision = ?,
            revoked_version = COALESCE((SELECT MAX(version) FROM device_key WHERE device = name), 0)
          WHERE name = ?
          """, arguments: [Int64(bitPattern: now), revision, device.name])
      try audit.append(.revoke, object: object, reason: reason)
      try revokeOpenClaims(of: device, at: now, database, &audit)
      return .done(
        Revocation(device: device, revoked: now, revision: UInt64(bitPattern: revision)))
    }
    access.expectConfirmation(of: device, revision: revocation.revision)
    AccessMetrics.revocations.increment()
    return revocation
  }

  /// Lets a revoked device enrol again, with a claim that is made from now on; until it has, it stays revoked. Keys that
  /// it held before the revocation stay void for new sessions for ever.
  package func reinstate(_ device: DeviceID, reason: String, actor: String) throws {
    try commit(actor: actor) { database, audit -> Decision<Void> in
      let now = clock().unixMicroseconds
      try database.execute(
        sql: "UPDATE device SET reinstated = ? WHERE name = ? AND revoked IS NOT NULL",
        arguments: [Int64(bitPattern: now), device.name])
      guard database.changesCount == 1 else {
        try audit.append(
          .reinstate, .refused, object: "device/\(device)", reason: VaultError.Code.stateForbids.rawValue)
        return .refused(VaultError(.stateForbids, "\(device) is not revoked"))
      }
      try audit.append(.reinstate, object: "device/\(device)", reason: reason)
      try revokeOpenClaims(of: device, at: now, database, &audit)
      return .done(())
    }
  }

  /// What forbids a device to enrol with a claim, in a word for the audit log; `nil` if nothing does.
  func enrolmentFlaw(of device: DeviceID, isClaimUsed: Bool, _ database: Database) throws -> String? {
    guard
      let row = try Row.fetchOne(
        database, sql: "SELECT revoked, reinstated FROM device WHERE name = ?", arguments: [device.name]),
      (row["revoked"] as Int64?) != nil
    else { return nil }
    // An unused claim is younger than the reinstatement: older ones were made void by it. No clock has a say.
    return (row["reinstated"] as Int64?) == nil || isClaimUsed ? "device revoked" : nil
  }

  /// Whether a device is revoked: its certificate is good for nothing then.
  package func isRevoked(_ device: DeviceID) throws -> Bool {
    try read { database in
      try Bool.fetchOne(
        database, sql: "SELECT revoked IS NOT NULL FROM device WHERE name = ?", arguments: [device.name]) ?? false
    }
  }

  private func revokeOpenClaims(
    of device: DeviceID, at now: UInt64, _ database: Database, _ audit: inout AuditAppender
  ) throws {
    let claims = try Int64.fetchAll(
      database,
      sql: "UPDATE claim SET revoked = ? WHERE device = ? AND used IS NULL AND revoked IS NULL RETURNING id",
      arguments: [Int64(bitPattern: now), device.name])
    for claim in claims.sorted() {
      try audit.append(.revokeClaim, object: "claim/\(claim)", reason: "made before now")
    }
  }
}
