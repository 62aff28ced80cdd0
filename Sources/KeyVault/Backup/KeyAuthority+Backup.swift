internal import Foundation
internal import GRDB
internal import Glibc
internal import Sealing

extension KeyAuthority {
  /// Writes a sealed copy of the whole vault, as it is at one moment, to a file of mode 0600.
  /// - Parameter path: must not exist; whole or not there at all.
  package func backup(to path: String, actor: String) throws -> BackupHeader {
    let snapshot = "\(path).snapshot"
    unlink(snapshot)
    defer { unlink(snapshot) }
    let salt = try SecureRandom.bytes(32)
    let (key, header) = try commit(actor: actor) { database, audit -> Decision<(KeyHierarchy.Stored, BackupHeader)> in
      let key = try activeOwnKey(.backup, database)
      try count(.backup, version: key.version, database)
      let time = clock().unixMicroseconds
      try database.execute(
        sql: "INSERT INTO backup (made, key_version, entries, actor) VALUES (?, ?, ?, ?)",
        arguments: [Int64(bitPattern: time), Int64(key.version), Int64(bitPattern: audit.length + 1), actor])
      try audit.append(.backup, object: "backup/\(key.version)", reason: "backup \(database.lastInsertedRowID)")
      return .done(
        (key, BackupHeader(keyVersion: key.version, salt: salt, made: time, auditEntries: audit.length)))
    }
    // Everything in the copy is wrapped; it is mode 0600 all the same.
    let descriptor = Glibc.open(snapshot, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw VaultError(.storage, "cannot create \(snapshot)") }
    close(descriptor)
    do {
      let copy = try DatabaseQueue(path: snapshot)
      try file.pool.backup(to: copy)
      try copy.close()
    } catch {
      throw VaultError(.storage, "the vault cannot be copied (\(error.databaseReason))")
    }
    try BackupWriter(header: header, cipher: header.cipher(backupKey: keys.root.open(key)))
      .seal(snapshot, to: path)
    return header
  }

  /// What opens present backups together with the root.
  package func recoveryFile() throws -> RecoveryFile {
    try read { RecoveryFile(try activeOwnKey(.backup, $0), header: try VaultHeader(reading: $0)) }
  }

  /// Makes a vault from a backup.
  /// - Parameters:
  ///   - backup: path of the backup.
  ///   - recovery: what goes with it.
  ///   - directory: where no vault may be yet.
  /// - Throws: ``VaultError/Code/wrongRoot`` or ``VaultError/Code/unopenable``; then nothing was written.
  package static func restore(
    backup: String, recovery: RecoveryFile, root: RootKeySource, directory: String
  ) throws -> BackupHeader {
    guard !VaultFile.exists(in: directory) else {
      throw VaultError(.alreadyInitialised, "\(directory) holds a vault already")
    }
    let key = try recovery.open(root: root.open(recovery.root))
    try PrivateFile.makeDirectory(directory)
    let target = directory + "/" + VaultFile.fileName
    let header = try BackupReader(path: backup).open(recovery: recovery, key: key, to: target + ".restored")
    guard rename(target + ".restored", target) == 0 else {
      throw VaultError(.storage, "cannot create \(target)")
    }
    return header
  }

  /// Records that this vault comes from a backup: the first thing that it does.
  package func recordRestore(_ header: BackupHeader) throws {
    try commit(actor: "local") { _, audit -> Decision<Void> in
      try audit.append(
        .restore, object: "vault",
        reason: "from a backup of \(header.auditEntries) entries, backup/\(header.keyVersion)")
      return .done(())
    }
  }
}
