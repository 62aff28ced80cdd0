import Dispatch
import Foundation
import GRDB
import Logging

/// One file of the store: a connection that writes, a few that read, and the doorbell.
final class SQLiteFile: Sendable {
  let area: StoreArea
  let path: String
  let isWritable: Bool
  private let pool: DatabasePool
  private let bell: Doorbell

  init(
    _ area: StoreArea, in directory: String, isWritable: Bool, options: SQLiteStoreOptions, logger: Logger
  ) throws(StoreError) {
    self.area = area
    self.isWritable = isWritable
    path = "\(directory)/\(area.rawValue).sqlite"
    bell = try Doorbell(area, in: directory)
    let lock = try FileLock("\(directory)/\(area.rawValue).lock")
    defer { lock.release() }
    try Self.createPrivateFile(path)
    let name = "\(area.rawValue).sqlite"
    do {
      pool = try DatabasePool(path: path, configuration: Self.configuration(area, options))
      let from = try pool.writeWithoutTransaction { db in
        // The pool sets NORMAL, with which a receipt could name a chunk that a loss of power takes away.
        try db.execute(sql: "PRAGMA synchronous = FULL")
        return try Schema.migrate(db, area)
      }
      if let from { logger.info("brought up to date", metadata: ["file": "\(name)", "from": "\(from)"]) }
      if isWritable { try pool.read { db in try Self.check(db, name) } }
    } catch {
      throw StoreError(sqlite: error, file: name)
    }
  }

  /// Runs a transaction that holds the write lock from its beginning, then rings. Nothing of a transaction that throws
  /// remains; `onFailure` then runs where `body` ran. Cancelling the caller's task does not cancel it: what was begun is finished and reported.
  func write<Value: Sendable>(
    ringing: Bool = true, _ body: @escaping @Sendable (Database) throws -> Value,
    onFailure: @escaping @Sendable () -> Void = {}
  ) async throws(StoreError) -> Value {
    guard isWritable else { throw StoreError(.cannotOpen, "\(area.rawValue).sqlite was opened for reading only") }
    let name = "\(area.rawValue).sqlite"
    let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
      pool.asyncWriteWithoutTransaction { db in
        do {
          var value: Value?
          try db.inTransaction(.immediate) {
            value = try body(db)
            return .commit
          }
          // Set by the transaction, which would have thrown otherwise.
          continuation.resume(returning: .success(value!))
        } catch {
          onFailure()
          continuation.resume(returning: .failure(StoreError(sqlite: error, file: name)))
        }
      }
    }
    if case .success = result, ringing { bell.ring() }
    return try result.get()
  }

  /// Reads a consistent state, without waiting for writers.
  func read<Value: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws(StoreError) -> Value {
    let name = "\(area.rawValue).sqlite"
    let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
      pool.asyncRead { connection in
        do {
          continuation.resume(returning: .success(try body(try connection.get())))
        } catch {
          continuation.resume(returning: .failure(StoreError(sqlite: error, file: name)))
        }
      }
    }
    return try result.get()
  }

  /// Moves the write-ahead log into the file and cuts it to nothing.
  /// - Returns: Whether it was cut; a reader that still needs it, or a writer, keeps it.
  func cutLog() async throws(StoreError) -> Bool {
    let name = "\(area.rawValue).sqlite"
    let result: Result<Bool, StoreError> = await withCheckedContinuation { continuation in
      pool.asyncWriteWithoutTransaction { db in
        do {
          let isBusy = try Int.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)") ?? 1
          continuation.resume(returning: .success(isBusy == 0))
        } catch {
          continuation.resume(returning: .failure(StoreError(sqlite: error, file: name)))
        }
      }
    }
    return try result.get()
  }

  /// Waits for running work and closes all connections.
  func close() { try? pool.close() }

  private static func configuration(_ area: StoreArea, _ options: SQLiteStoreOptions) -> Configuration {
    var configuration = Configuration()
    configuration.label = area.rawValue
    configuration.busyMode = .timeout(options.busyTimeoutSeconds)
    configuration.maximumReaderCount = options.maximumReaders
    configuration.foreignKeysEnabled = false
    configuration.prepareDatabase { db in
      // A log that grew while a long read held its checkpoint back is cut down again afterwards.
      try db.execute(sql: "PRAGMA journal_size_limit = 67108864")
      // New content never lands in a page that still shows deleted content; who deletes by age overwrites what it deletes.
      try db.execute(sql: "PRAGMA secure_delete = \(options.overwritesDeleted ? "ON" : "FAST")")
      if let pages = options.maximumPages { try db.execute(sql: "PRAGMA max_page_count = \(pages)") }
    }
    return configuration
  }

  private static func check(_ db: Database, _ name: String) throws {
    let answer = try String.fetchOne(db, sql: "PRAGMA quick_check(1)")
    guard answer == "ok" else {
      throw StoreError(.corrupt, "\(name) fails its check: stop the services, keep a copy, restore it from a backup")
    }
  }
}
