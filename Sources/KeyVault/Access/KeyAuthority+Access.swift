internal import CoreMetrics
internal import Foundation
internal import GRDB
internal import Metrics
package import Wire

extension KeyAuthority {
  /// What changed in the access list after a revision.
  package func accessPage(after revision: UInt64, limit: Int = AccessPage.limit) throws -> AccessPage {
    try read { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT name, revoked, pending, access_revision FROM device WHERE access_revision > ?
          ORDER BY access_revision LIMIT ?
          """, arguments: [Int64(clamping: revision), limit])
      let highest = try Int64.fetchOne(database, sql: "SELECT MAX(access_revision) FROM device") ?? 0
      let devices = rows.compactMap { row -> AccessEntry? in
        guard let device = DeviceID(row["name"] as String) else { return nil }
        let isRevoked = (row["revoked"] as Int64?) != nil
        return AccessEntry(
          device: device, state: isRevoked ? .revoked : .admitted,
          rotateTo: isRevoked
            ? nil : (row["pending"] as Int64?).map { KeyVersion(rawValue: UInt32(truncatingIfNeeded: $0)) },
          revision: UInt64(bitPattern: row["access_revision"] as Int64))
      }
      let told = (rows.last?["access_revision"] as Int64?) ?? min(highest, Int64(clamping: revision))
      return AccessPage(revision: UInt64(bitPattern: told), complete: told == highest, devices: devices)
    }
  }

  /// The same, but when nothing changed it waits for a change, and answers with nothing after `wait`.
  package func accessPage(after revision: UInt64, waiting wait: Duration) async throws -> AccessPage {
    access.heard()
    let deadline = ContinuousClock.now + wait
    while true {
      let generation = access.generation
      let page = try accessPage(after: revision)
      let left = deadline - .now
      guard page.devices.isEmpty, page.revision == revision, left > .zero, !Task.isCancelled else { return page }
      await access.change(after: generation, within: left)
      guard !access.isClosed else { throw VaultError.sealed }
      if access.generation == generation { return page }
    }
  }

  /// Takes the gatekeeper's word that mosquitto follows the list; a revocation that this confirms is recorded.
  /// - Parameters:
  ///   - revision: everything up to it is applied.
  ///   - ahead: of these devices more is applied, up to the revision given.
  package func recordApplied(upTo revision: UInt64, ahead: [DeviceID: UInt64], actor: String) throws {
    access.heard()
    let confirmed = access.applied(upTo: revision, ahead: ahead)
    guard !confirmed.isEmpty else { return }
    for (_, after) in confirmed { AccessMetrics.revocationTime.record(duration: after) }
    try commit(actor: actor) { _, audit -> Decision<Void> in
      for (device, after) in confirmed {
        try audit.append(
          .confirmRevocation, object: "device/\(device)", reason: "cut at mosquitto after \(after.milliseconds) ms")
      }
      return .done(())
    }
  }

  /// Waits until mosquitto serves, or has cut, a device as the list says; not at all when no gatekeeper is there.
  /// - Returns: whether the gatekeeper confirmed it within `limit`.
  package func isAccessApplied(to device: DeviceID, within limit: Duration) async throws -> Bool {
    let revision = try read { database in
      try Int64.fetchOne(database, sql: "SELECT access_revision FROM device WHERE name = ?", arguments: [device.name])
    }
    guard let revision, access.isGatekeeperPresent else { return false }
    return await access.isApplied(device, UInt64(bitPattern: revision), within: limit)
  }
}

extension Duration {
  /// Whole milliseconds.
  var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
