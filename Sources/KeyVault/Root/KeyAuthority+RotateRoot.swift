internal import Foundation
internal import GRDB
internal import Sealing
internal import Synchronization

extension KeyAuthority {
  /// The root that opens the vault now.
  package var rootDescription: RootDescription { root.withLock { $0 } }

  /// Wraps the tenant's key-encryption key under a new root, which may be of another kind. From then on the old root opens
  /// this file no more; a backup that was made before still opens with it.
  ///
  /// The new root is on the disk, and has been seen to open, before the one transaction that puts it in place: whenever
  /// the power fails, the vault opens with the old root or with the new one.
  /// - Parameter approval: number of the approval that a second person gave, for the audit log.
  /// - Returns: the description of the new root.
  @discardableResult
  package func rotateRoot(to new: NewRoot, actor: String, approval: Int64? = nil) throws -> RootDescription {
    let old = rootDescription
    guard old.version < UInt32.max else { throw VaultError(.unexpectedVersion, "the root has no version left") }
    let (description, key) = try new.make(version: old.version + 1, time: clock().unixMicroseconds)
    let context = KeyContext.tenant(root: description.version).encoded
    let wrapped = try key.wrap(keys.tenantKey, context: context)
    guard try key.unwrap(wrapped, context: context).isEqual(to: keys.tenantKey) else {
      throw VaultError(.rootUnreadable, "the new root does not open what it wrapped: the old one stays")
    }
    try commit(actor: actor) { database, audit -> Decision<Void> in
      try database.execute(
        sql: "UPDATE own_key SET wrapped = ? WHERE name = ?",
        arguments: [Data(wrapped), OwnKey.tenantKeyEncryptionKey.rawValue])
      try VaultHeader.replaceRoot(description, in: database)
      try audit.append(
        .rotateRoot, object: "root/\(description.version)",
        reason: "\(old.kind.rawValue) \(old.fingerprint) to \(description.kind.rawValue) \(description.fingerprint)"
          + (approval.map { ", approval \($0)" } ?? ""))
      return .done(())
    }
    root.withLock { $0 = description }
    // SQLite's log still holds the page with the old wrapping: it is emptied, or the next opening empties it.
    try? file.pool.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
    return description
  }
}
