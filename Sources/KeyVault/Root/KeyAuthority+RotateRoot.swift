internal import Foundation
internal import GRDB
internal import Sealing
internal import Synchronization

extension KeyAuthority {
  /// The root that opens the vault now.
  package var rootDescription: RootDescription { root.withLock { $0 } }

  /// Wraps the tenant's key-encryption keys and the backup key under a new root, which may be of another kind. From then on the old root opens
  /// this file no more; a backup that was made before still opens with it.
  ///
  /// The new root is on the disk, and has been seen to open, before the one transaction that puts it in place: whenever
  /// the power fails, the vault opens with the old root or with the new one.
  /// - Parameter approval: number of the proposal that a second person approved; may be left out while the vault knows no
  ///   person at all.
  /// - Returns: the description of the new root.
  @discardableResult
  package func rotateRoot(to new: NewRoot, actor: String, approval: Int64? = nil) throws -> RootDescription {
    let old = rootDescription
    guard old.version < UInt32.max else { throw VaultError(.unexpectedVersion, "the root has no version left") }
    // Before anything is made that would be left over.
    try read { try requireApproval(approval, $0) }
    let (description, key) = try new.make(version: old.version + 1, time: clock().unixMicroseconds)
    let stored = try read { try OwnKeyRow.unsealable($0) }.filter(\.name.isUnderRoot)
    let slot = RootSlot(key, version: description.version)
    let rewrapped = try stored.map { one in
      let plain = try keys.root.open(one)
      let wrapped = try slot.wrap(plain, one.name, version: one.version, state: one.state)
      guard try slot.open(wrapped).isEqual(to: plain) else {
        throw VaultError(.rootUnreadable, "the new root does not open what it wrapped: the old one stays")
      }
      return wrapped
    }
    try commit(actor: actor) { database, audit -> Decision<Void> in
      try requireApproval(approval, database)
      if let approval { try markCarriedOut(approval, database) }
      for one in rewrapped {
        try database.execute(
          sql: "UPDATE own_key SET kek = ?, wrapped = ? WHERE name = ? AND version = ?",
          arguments: [Int64(one.kek), Data(one.wrapped), one.name.rawValue, Int64(one.version)])
      }
      try VaultHeader.replaceRoot(description, in: database)
      try audit.append(
        .rotateRoot, object: "root/\(description.version)",
        reason: "\(old.kind.rawValue) \(old.fingerprint) to \(description.kind.rawValue) \(description.fingerprint)"
          + (approval.map { ", approval \($0)" } ?? ""))
      return .done(())
    }
    keys.root.replace(key, version: description.version)
    root.withLock { $0 = description }
    // SQLite's log still holds the page with the old wrapping: it is emptied, or the next opening empties it.
    try? file.forgetWriteAheadLog()
    return description
  }

  private func requireApproval(_ approval: Int64?, _ database: Database) throws {
    if let approval { return try requireApproved(proposal: approval, .rotateRoot, database) }
    guard try Bool.fetchOne(database, sql: "SELECT EXISTS (SELECT 1 FROM person)") != true else {
      throw VaultError(
        .needsSecondPerson,
        "a root rotation needs two people: propose it with `vault proposals root-rotation`, have it approved, and name its number"
      )
    }
  }
}
