internal import Foundation
internal import GRDB
internal import Glibc
internal import Sealing
internal import Synchronization

/// The vault's directory: `vault.sqlite`, held by one process at a time.
final class VaultFile: Sendable {
  static let fileName = "vault.sqlite"
  /// Beginning of the names of backups in the making: a copy of the vault lies under it, wrapped, until it is sealed.
  static let outgoingPrefix = "outgoing-"
  private static let lockName = "vault.lock"
  /// How long a reader of the file waits for a lock of SQLite's, in seconds.
  private static let busyTimeout: TimeInterval = 5

  let directory: String
  let pool: DatabasePool
  /// The descriptor that holds the lock; -1 once the file is closed.
  private let lock: Mutex<Int32>
  private let erased = Mutex(false)

  /// Whether the write-ahead log may still hold what was erased: emptying it is tried until it succeeds.
  var mayHoldErased: Bool {
    get { erased.withLock { $0 } }
    set { erased.withLock { $0 = newValue } }
  }

  /// Whether a directory holds a vault's file, finished or not.
  static func exists(in directory: String) -> Bool { access(directory + "/" + fileName, F_OK) == 0 }

  /// Whether a directory holds a vault whose making was finished. A file that cannot be read counts as one, so that it is
  /// never taken for an empty place.
  static func isFinished(in directory: String) -> Bool {
    guard exists(in: directory) else { return false }
    do {
      let queue = try DatabaseQueue(path: directory + "/" + fileName)
      return try queue.read { try $0.tableExists("meta") && VaultHeader.exists(in: $0) }
    } catch {
      return true
    }
  }

  /// Opens or creates the file, and brings its schema up to date.
  init(directory: String) throws {
    try PrivateFile.makeDirectory(directory)
    let path = directory + "/" + Self.fileName
    let lockPath = directory + "/" + Self.lockName
    let lock = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard lock >= 0 else { throw VaultError(.storage, "cannot open \(lockPath)") }
    guard Self.take(lock) else {
      close(lock)
      throw VaultError(.inUse, "another process holds the vault in \(directory) open")
    }
    Self.removeUnfinishedBackups(directory)
    // SQLite creates its files with the permissions of this one.
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    if descriptor >= 0 { close(descriptor) }
    var configuration = Configuration()
    configuration.label = "vault"
    configuration.busyMode = .timeout(Self.busyTimeout)
    configuration.prepareDatabase { database in
      try database.execute(sql: "PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF")
    }
    self.directory = directory
    self.lock = Mutex(lock)
    do {
      pool = try DatabasePool(path: path, configuration: configuration)
      // A commit that was answered is on the disk, whatever happens to the power: the pool itself sets NORMAL.
      try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
      try VaultSchema.migrator.migrate(pool)
    } catch {
      close(lock)
      throw VaultError(.storage, "cannot open \(path): \(error.databaseReason)")
    }
  }

  /// `PRAGMA synchronous` of the connection that writes: 2 is FULL, without which an answer could be a lie.
  var synchronousLevel: Int? {
    get throws { try pool.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA synchronous") } }
  }

  /// Empties the write-ahead log into the file, so that what was overwritten lies nowhere else. Old pages are overwritten with
  /// zeros (`secure_delete`); what a solid-state disk keeps of them is out of reach, and wrapped.
  func forgetWriteAheadLog() throws {
    do {
      try pool.writeWithoutTransaction { database in
        _ = try database.checkpoint(.truncate)
      }
      mayHoldErased = false
    } catch {
      throw VaultError(.storage, "the write-ahead log cannot be emptied (\(error.databaseReason))")
    }
  }

  /// How often, and how long after one another in microseconds, a lock is asked for. A process that is ending, or one that its
  /// holder is just starting and that has not let go of inherited files yet, is gone within milliseconds.
  private static let lockAttempts = (count: 20, pause: UInt32(25_000))

  private static func take(_ lock: Int32) -> Bool {
    for _ in 0..<lockAttempts.count {
      if flock(lock, LOCK_EX | LOCK_NB) == 0 { return true }
      usleep(lockAttempts.pause)
    }
    return false
  }

  /// Removes what a process that was killed left of a backup: it would outlive a destruction.
  private static func removeUnfinishedBackups(_ directory: String) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    for name in names where name.hasPrefix(outgoingPrefix) { unlink("\(directory)/\(name)") }
  }

  /// Closes the file for every holder of this object, and lets another process open it. Whoever still works with it gets
  /// an error.
  func shut() {
    // A reader in another thread ends first; what cannot be closed now is closed by the last holder.
    try? pool.close()
    releaseLock()
  }

  private func releaseLock() {
    lock.withLock { lock in
      if lock >= 0 { close(lock) }
      lock = -1
    }
  }

  deinit { releaseLock() }
}

extension Error {
  /// What SQLite says, without the statement or its arguments.
  var databaseReason: String {
    guard let error = self as? DatabaseError else { return "\(type(of: self))" }
    return "SQLite \(error.extendedResultCode.rawValue): \(error.message ?? "no message")"
  }
}
