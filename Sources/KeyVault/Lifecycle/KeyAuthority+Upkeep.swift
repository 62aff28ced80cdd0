internal import Foundation
internal import GRDB
package import Wire

/// What a round of upkeep did.
package struct Upkeep: Sendable, Hashable {
  /// Devices that were asked for a new key because its crypto-period ended.
  package var rotations: [DeviceID] = []
  /// The new tenant key-encryption key that was made because the crypto-period of the one before ended.
  package var tenantKey: UInt32?
  /// Devices whose keys were destroyed.
  package var destructions: [DeviceID] = []
  /// How far the wall clock jumped against the steady one since the last round, in seconds; `nil` if it did not.
  package var clockStep: Int64?
}

extension KeyAuthority {
  private static let observedMark = "observed-seconds"
  /// Most that one round counts as observed time: a vault that was off, or a clock that jumped, brings no destruction closer.
  private static let longestRound: Int64 = 120
  /// Difference of the clocks that counts as a jump, in seconds: beyond what a time server corrects silently.
  private static let stepTolerance = 5.0
  /// Rotations that one round asks for.
  private static let rotationsAtOnce = 1000

  /// Seconds that a running vault has seen go by.
  func observedSeconds(_ database: Database) throws -> Int64 {
    let stored = try Data.fetchOne(
      database, sql: "SELECT value FROM meta WHERE name = ?", arguments: [Self.observedMark])
    return stored.flatMap { Int64(String(decoding: $0, as: UTF8.self)) } ?? 0
  }

  /// What is to be done from time to time: ask devices for new keys, and carry out destructions.
  /// - Parameters:
  ///   - elapsed: seconds on the steady clock since the last round.
  ///   - wall: seconds on the wall clock since then; may be negative.
  package func upkeep(elapsed: Double, wall: Double) throws -> Upkeep {
    var upkeep = Upkeep()
    if abs(wall - elapsed) > Self.stepTolerance {
      upkeep.clockStep = Int64(max(-9e15, min(9e15, wall - elapsed)))
    }
    let observed = min(Self.longestRound, Int64(max(0, min(elapsed, max(0, wall))).rounded()))
    let now = Int64(bitPattern: clock().unixMicroseconds)
    upkeep.rotations = try commit(actor: "vault") { [step = upkeep.clockStep] database, audit in
      if let step { try audit.append(.clock, object: "vault", reason: "the clock jumped by \(step) s") }
      if observed > 0 { try observe(seconds: observed, database) }
      try sweep(database, now: now)
      let due = try String.fetchAll(
        database,
        sql: """
          SELECT device FROM device_key JOIN device ON name = device
          WHERE state = 'active' AND due <= ? AND pending IS NULL AND revoked IS NULL ORDER BY due LIMIT ?
          """, arguments: [now, Self.rotationsAtOnce]
      ).compactMap { DeviceID($0) }
      for device in due { try askToRotate(device, because: "crypto-period", database, &audit) }
      return .done(due)
    }
    let isTenantKeyDue = try read {
      try Bool.fetchOne(
        $0, sql: "SELECT EXISTS (SELECT 1 FROM own_key WHERE name = 'tenant-kek' AND state = 'active' AND due <= ?)",
        arguments: [now])
    }
    if isTenantKeyDue == true {
      upkeep.tenantKey = try rotateTenantKey(reason: "crypto-period", actor: "vault")
    }
    upkeep.destructions = try carryOutDestructions()
    return upkeep
  }

  /// Counts time that a running vault has seen go by.
  package func observe(seconds: Int64) throws {
    try commit(actor: "vault") { database, _ -> Decision<Void> in
      try observe(seconds: seconds, database)
      return .done(())
    }
  }

  private func observe(seconds: Int64, _ database: Database) throws {
    let total = try observedSeconds(database) + seconds
    try database.execute(
      sql: "INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)",
      arguments: [Self.observedMark, Data(String(total).utf8)])
  }

  /// Ends for good what has expired, so that a clock that is set back revives nothing.
  private func sweep(_ database: Database, now: Int64) throws {
    for statement in [
      "UPDATE claim SET revoked = ?1 WHERE used IS NULL AND revoked IS NULL AND expires <= ?1",
      "UPDATE proposal SET withdrawn = ?1 WHERE withdrawn IS NULL AND carried_out IS NULL AND expires <= ?1",
      "DELETE FROM access_grant WHERE expires <= ?1",
    ] { try database.execute(sql: statement, arguments: [now]) }
  }

  /// How often ``upkeep(elapsed:wall:)`` is worth a round, in seconds.
  package var upkeepInterval: Double { max(1, min(30, Double(policy.deviceKeyPeriod) / 4)) }
}
