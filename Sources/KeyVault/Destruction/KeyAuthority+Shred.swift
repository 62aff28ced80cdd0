internal import CoreMetrics
internal import Foundation
internal import GRDB
internal import Sealing
package import Wire

extension KeyAuthority {
  /// Carries out every destruction whose time has come on both clocks and that nothing holds.
  /// - Returns: whose keys are gone.
  package func carryOutDestructions() throws -> [DeviceID] {
    let now = clock().unixMicroseconds
    let due = try read { database in
      let observed = try observedSeconds(database)
      return try Row.fetchAll(
        database,
        sql: Destruction.query + """
           WHERE cancelled IS NULL AND carried_out IS NULL AND due <= ? AND observed_due <= ?
            AND legal_hold.device IS NULL ORDER BY id
          """, arguments: [Int64(bitPattern: now), observed]
      ).compactMap { Destruction($0, now: now) }
    }
    var gone: [DeviceID] = []
    for destruction in due {
      file.mayHoldErased = true
      do {
        try shred(destruction)
        gone.append(destruction.device)
      } catch let error as VaultError where error == VaultError(.heldByLaw, "") {
        // Held or taken back since it was looked up: recorded, and no reason to keep the others waiting.
        continue
      }
    }
    if file.mayHoldErased { try file.forgetWriteAheadLog() }
    return gone
  }

  /// Destroys all keys of a device, and the key of every backup that still holds them, in one transaction.
  private func shred(_ destruction: Destruction) throws {
    let actor = "vault"
    let time = clock().unixMicroseconds
    let versions = try commit(actor: actor) { database, audit -> Decision<[KeyVersion]> in
      let isHeld =
        try Bool.fetchOne(
          database, sql: "SELECT EXISTS (SELECT 1 FROM legal_hold WHERE device = ?)",
          arguments: [destruction.device.name]) ?? false
      let isOpen =
        try Bool.fetchOne(
          database,
          sql: "SELECT EXISTS (SELECT 1 FROM destruction WHERE id = ? AND cancelled IS NULL AND carried_out IS NULL)",
          arguments: [destruction.id]) ?? false
      guard isOpen, !isHeld else {
        try audit.append(
          .destroy, .refused, object: "device/\(destruction.device)", reason: isHeld ? "legal hold" : "cancelled")
        return .refused(VaultError(.heldByLaw, "\(destruction.device) was held or taken back meanwhile"))
      }
      let change = KeyChange(actor: actor, reason: "destruction \(destruction.id): \(destruction.reason)", time: time)
      let stored = try storedKeys(of: destruction.device, database)
      let keys = stored.filter { !$0.state.isDestroyed && $0.version.rawValue <= destruction.through }
      for key in keys {
        try apply(.destroy, to: key, change, database)
        try audit.append(.destroy, object: key.name.description, reason: change.reason)
      }
      // A device that was given to somebody else meanwhile goes on with its later key.
      if !stored.contains(where: { $0.version.rawValue > destruction.through && !$0.state.isDestroyed }) {
        try revokeForGood(destruction.device, at: time, database)
      }
      let backupKey = try beginBackupEpoch(change, database, &audit)
      let certificate = try DestructionCertificate(
        destruction, keys: keys, backupKey: backupKey, destroyed: time, auditEntries: audit.length,
        signer: self.keys.auditSigner)
      try database.execute(
        sql: "UPDATE destruction SET carried_out = ?, certificate = ? WHERE id = ?",
        arguments: [Int64(bitPattern: time), try JSONEncoder().encode(certificate), destruction.id])
      return .done(keys.map(\.version))
    }
    forget(destruction.device, versions)
    VaultMetrics.destroyed.increment(by: versions.count)
  }

  /// Revokes a device whose keys are gone; nothing of it is left to be deactivated.
  private func revokeForGood(_ device: DeviceID, at time: UInt64, _ database: Database) throws {
    try database.execute(
      sql: """
        UPDATE device SET pending = NULL, revoked = COALESCE(revoked, ?), access_revision = ? WHERE name = ?
        """,
      arguments: [Int64(bitPattern: time), try nextAccessRevision(database), device.name])
    try database.execute(
      sql: "UPDATE claim SET revoked = ? WHERE device = ? AND used IS NULL AND revoked IS NULL",
      arguments: [Int64(bitPattern: time), device.name])
  }

  /// Destroys the key of all backups that were made so far, and makes the one of those to come.
  /// - Returns: the version that is gone.
  func beginBackupEpoch(
    _ change: KeyChange, _ database: Database, _ audit: inout AuditAppender
  ) throws -> UInt32 {
    let present = try activeOwnKey(.backup, database)
    try apply(.destroy, to: present, change, database)
    try audit.append(.destroy, object: "backup/\(present.version)", reason: change.reason)
    let version = present.version + 1
    try insert(
      keys.root.wrap(SecretBytes(randomCount: AEAD.keySize), .backup, version: version), database, &audit,
      actor: change.actor, reason: "follows backup/\(present.version)")
    return present.version
  }

  /// The certificate of a device's destruction.
  package func certificate(ofDestruction device: DeviceID) throws -> DestructionCertificate {
    let stored = try read {
      try Data.fetchOne(
        $0, sql: "SELECT certificate FROM destruction WHERE device = ? AND carried_out IS NOT NULL ORDER BY id DESC",
        arguments: [device.name])
    }
    guard let stored else { throw VaultError(.unknown, "no keys of \(device) were destroyed") }
    return try JSONDecoder().decode(DestructionCertificate.self, from: stored)
  }
}
