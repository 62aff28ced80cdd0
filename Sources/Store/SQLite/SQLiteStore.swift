import GRDB
public import Logging

/// The store on one machine: a directory with one SQLite file for each area, so that processes never wait for each
/// other's write lock.
///
/// `chunks.sqlite`, `findings.sqlite`, `alerts.sqlite` and `registry.sqlite` are in WAL mode with `synchronous=FULL`:
/// when a commit returns, it survives a loss of power. Any process may start first; each brings the files that it finds
/// up to date under a lock. Files have mode 0600 in a directory of mode 0700. Beside each file rests a doorbell
/// (`chunks.bell`) that tells other processes of a commit.
public final class SQLiteStore: Sendable {
  let chunks: SQLiteFile
  let findings: SQLiteFile
  let alerts: SQLiteFile
  let registry: SQLiteFile
  let ledger: SessionLedger
  let watcher: DoorbellWatcher

  /// Opens the store, makes what is not there yet, and checks every file that this process writes.
  /// - Parameters:
  ///   - directory: path of the store's directory; made when it does not exist.
  ///   - writing: the areas that this process writes; the others can be read only.
  ///   - options: limits; the standard ones are for production.
  ///   - logger: told of files that were made or brought up to date.
  /// - Throws: `corrupt` naming the file, `newerSchema`, `cannotOpen`, `diskFull`, `busy`.
  public static func open(
    directory: String, writing: Set<StoreArea>, options: SQLiteStoreOptions = SQLiteStoreOptions(),
    logger: Logger = Logger(label: "sealedbeat.store")
  ) async throws(StoreError) -> SQLiteStore {
    try SQLiteFile.prepareDirectory(directory)
    func file(_ area: StoreArea) throws(StoreError) -> SQLiteFile {
      try SQLiteFile(area, in: directory, isWritable: writing.contains(area), options: options, logger: logger)
    }
    return SQLiteStore(
      chunks: try file(.chunks), findings: try file(.findings), alerts: try file(.alerts),
      registry: try file(.registry), directory: directory)
  }

  private init(chunks: SQLiteFile, findings: SQLiteFile, alerts: SQLiteFile, registry: SQLiteFile, directory: String) {
    self.chunks = chunks
    self.findings = findings
    self.alerts = alerts
    self.registry = registry
    ledger = SessionLedger()
    watcher = DoorbellWatcher(directory: directory)
  }

  /// `PRAGMA synchronous` of the connection that writes an area: 2 is FULL, without which a receipt could be a lie.
  package func synchronousLevel(of area: StoreArea) async throws(StoreError) -> Int? {
    let file = [chunks, findings, alerts, registry].first { $0.area == area }
    return try await file?.write(ringing: false) { db in try Int.fetchOne(db, sql: "PRAGMA synchronous") } ?? nil
  }

  /// Waits for running work and closes the files. Also happens when the last reference goes.
  public func close() {
    for file in [chunks, findings, alerts, registry] { file.close() }
  }
}

/// Limits of a ``SQLiteStore``.
public struct SQLiteStoreOptions: Sendable {
  /// How long a process waits for another's write lock before it reports `busy`: many times the longest commit.
  public var busyTimeoutSeconds: Double
  /// Largest size of each file in pages of 4,096 bytes; beyond it every commit fails with `diskFull`. `nil` leaves it
  /// to the disk.
  public var maximumPages: Int?
  /// Connections that read at once, for each file.
  public var maximumReaders: Int
  /// Whether deleted content is overwritten with zeros in the file (`PRAGMA secure_delete = ON`) instead of when its page is
  /// used again: for whoever deletes because it must be gone. It costs a write for each page that becomes free.
  public var overwritesDeleted: Bool

  /// States the limits.
  public init(
    busyTimeoutSeconds: Double = 5, maximumPages: Int? = nil, maximumReaders: Int = 4, overwritesDeleted: Bool = false
  ) {
    self.busyTimeoutSeconds = busyTimeoutSeconds
    self.maximumPages = maximumPages
    self.maximumReaders = maximumReaders
    self.overwritesDeleted = overwritesDeleted
  }
}
