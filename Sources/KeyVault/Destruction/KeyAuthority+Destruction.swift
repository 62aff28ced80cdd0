internal import CoreMetrics
internal import Foundation
internal import GRDB
package import Wire

extension KeyAuthority {
  private struct Schedule: Codable {
    let days: Int
  }

  /// Proposes to destroy all keys of a device: what they sealed can then never be read again, backups included.
  /// - Parameter days: between a second person's approval and the destruction, ``KeyPolicy/shortestWait`` to
  ///   ``KeyPolicy/longestWait``.
  package func proposeDestruction(
    of device: DeviceID, days: Int = KeyPolicy.longestWait, reason: String, actor: String
  ) throws -> Proposal {
    guard (KeyPolicy.shortestWait...KeyPolicy.longestWait).contains(days) else {
      throw VaultError(
        .badRequest, "a destruction waits \(KeyPolicy.shortestWait) to \(KeyPolicy.longestWait) days, not \(days)")
    }
    return try commit(actor: actor) { database, audit in
      guard try mayTakePart(actor, in: .destroyDeviceKeys, database) else {
        return try refuseImpersonal(.propose, object: "device/\(device)", &audit)
      }
      guard try storedKeys(of: device, database).contains(where: { !$0.state.isDestroyed }) else {
        try audit.append(.propose, .refused, object: "device/\(device)", reason: VaultError.Code.unknownDevice.rawValue)
        return .refused(VaultError(.unknownDevice, "\(device) has no key that could be destroyed"))
      }
      return .done(
        try propose(
          .destroyDeviceKeys, object: "device/\(device)", parameters: Schedule(days: days), reason: reason,
          actor: actor, database, &audit))
    }
  }

  /// Why a destruction cannot be scheduled; `nil` if it can.
  func obstacleToDestruction(_ proposal: Proposal, _ database: Database) throws -> VaultError? {
    let name = String(proposal.object.dropFirst("device/".count))
    guard let device = DeviceID(name), try storedKeys(of: device, database).contains(where: { !$0.state.isDestroyed })
    else { return VaultError(.stateForbids, "\(name) has no key left that could be destroyed") }
    let isPending =
      try Bool.fetchOne(
        database,
        sql: """
          SELECT EXISTS (SELECT 1 FROM destruction WHERE device = ? AND cancelled IS NULL AND carried_out IS NULL)
          """, arguments: [name]) ?? false
    return isPending ? VaultError(.stateForbids, "a destruction of \(name)'s keys is scheduled already") : nil
  }

  /// Schedules what two people agreed to.
  func scheduleDestruction(
    _ proposal: Proposal, approver: String, _ database: Database, _ audit: inout AuditAppender
  ) throws {
    let name = String(proposal.object.dropFirst("device/".count))
    let days = try JSONDecoder().decode(Schedule.self, from: Data(proposal.parameters.utf8)).days
    try markCarriedOut(proposal.id, database)
    let now = clock().unixMicroseconds
    let wait = UInt64(days) * 86_400
    try database.execute(
      sql: """
        INSERT INTO destruction (device, through, reason, proposer, approver, scheduled, due, observed_due)
        VALUES (?1, (SELECT MAX(version) FROM device_key WHERE device = ?1), ?2, ?3, ?4, ?5, ?6, ?7)
        """,
      arguments: [
        name, proposal.reason, proposal.proposer, approver, Int64(bitPattern: now),
        Int64(bitPattern: now + wait * 1_000_000), try observedSeconds(database) + Int64(wait),
      ])
    try audit.append(
      .scheduleDestruction, object: proposal.object,
      reason: "in \(days) days, proposed by \(proposal.proposer): \(proposal.reason)")
  }

  /// Takes a scheduled destruction back: until it is carried out, one person is enough.
  package func cancelDestruction(of device: DeviceID, reason: String, actor: String) throws {
    try commit(actor: actor) { database, audit -> Decision<Void> in
      try database.execute(
        sql: "UPDATE destruction SET cancelled = ? WHERE device = ? AND cancelled IS NULL AND carried_out IS NULL",
        arguments: [Int64(bitPattern: clock().unixMicroseconds), device.name])
      guard database.changesCount == 1 else {
        try audit.append(
          .cancelDestruction, .refused, object: "device/\(device)", reason: VaultError.Code.unknown.rawValue)
        return .refused(VaultError(.unknown, "no destruction of \(device)'s keys is scheduled"))
      }
      try audit.append(.cancelDestruction, object: "device/\(device)", reason: reason)
      return .done(())
    }
  }

  /// Sets a legal hold: nothing of the device is destroyed until it is released. One that is there stays as it was set.
  package func hold(_ device: DeviceID, reason: String, actor: String) throws {
    try commit(actor: actor) { database, audit -> Decision<Void> in
      guard try !storedKeys(of: device, database).isEmpty else {
        try audit.append(.legalHold, .refused, object: "device/\(device)", reason: VaultError.Code.unknown.rawValue)
        return .refused(VaultError(.unknownDevice, "\(device) is not enrolled"))
      }
      try database.execute(
        sql: "INSERT OR IGNORE INTO legal_hold (device, reason, actor, since) VALUES (?, ?, ?, ?)",
        arguments: [
          device.name, AuditText.cleaned(reason, limit: AuditText.reasonLimit), actor,
          Int64(bitPattern: clock().unixMicroseconds),
        ])
      try audit.append(.legalHold, object: "device/\(device)", reason: reason)
      return .done(())
    }
  }

  /// Releases a legal hold; not by the person who set it.
  package func releaseHold(_ device: DeviceID, reason: String, actor: String) throws {
    try commit(actor: actor) { database, audit -> Decision<Void> in
      let object = "device/\(device)"
      guard
        let setter = try String.fetchOne(
          database, sql: "SELECT actor FROM legal_hold WHERE device = ?", arguments: [device.name])
      else {
        try audit.append(.releaseHold, .refused, object: object, reason: VaultError.Code.unknown.rawValue)
        return .refused(VaultError(.unknown, "there is no legal hold on \(device)"))
      }
      guard PersonName.isPerson(actor: actor) else {
        return try refuseImpersonal(.releaseHold, object: object, &audit)
      }
      guard PersonName.of(actor: setter) != PersonName.of(actor: actor) else {
        try audit.append(.releaseHold, .refused, object: object, reason: VaultError.Code.needsSecondPerson.rawValue)
        return .refused(VaultError(.needsSecondPerson, "another person than \(setter) has to release the hold"))
      }
      try database.execute(sql: "DELETE FROM legal_hold WHERE device = ?", arguments: [device.name])
      try audit.append(.releaseHold, object: object, reason: reason)
      return .done(())
    }
  }

  /// All destructions, newest first.
  package func destructions() throws -> [Destruction] {
    let now = clock().unixMicroseconds
    return try read { database in
      try Row.fetchAll(database, sql: Destruction.query + " ORDER BY id DESC LIMIT ?", arguments: [Self.pageLimit])
        .compactMap { Destruction($0, now: now) }
    }
  }

  /// All legal holds.
  package func legalHolds() throws -> [LegalHold] {
    try read { database in
      try Row.fetchAll(database, sql: "SELECT * FROM legal_hold ORDER BY device").compactMap { row in
        DeviceID(row["device"] as String).map {
          LegalHold(
            device: $0, reason: row["reason"], actor: row["actor"],
            since: UInt64(bitPattern: row["since"] as Int64))
        }
      }
    }
  }

  /// Records that a key was used which waits for its destruction: at most one alarm an hour and device.
  func noteUse(of device: DeviceID, _ database: Database, _ audit: inout AuditAppender) throws {
    let now = clock().unixMicroseconds
    let last = try Int64.fetchOne(
      database,
      sql:
        "SELECT COALESCE(used_meanwhile, 0) FROM destruction WHERE device = ? AND cancelled IS NULL AND carried_out IS NULL",
      arguments: [device.name])
    // A clock that jumped back silences nothing.
    guard let last = last.map({ UInt64(bitPattern: $0) }),
      last == 0 || now < last || now - last >= 3_600_000_000
    else { return }
    try database.execute(
      sql: "UPDATE destruction SET used_meanwhile = ? WHERE device = ? AND cancelled IS NULL AND carried_out IS NULL",
      arguments: [Int64(bitPattern: now), device.name])
    try audit.append(
      .alarm, object: "device/\(device)", reason: "a key was released that is scheduled for destruction")
    VaultMetrics.usedBeforeDestruction.increment()
  }
}
