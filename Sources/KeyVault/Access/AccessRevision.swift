internal import GRDB

extension KeyAuthority {
  /// The number of the next change to who may use MQTT: every device carries that of its last one. Ask for one for each
  /// device that changes: the list is told in pages that end after any of them.
  ///
  /// Wakes the gatekeeper when the transaction is committed.
  func nextAccessRevision(_ database: Database) throws -> Int64 {
    let access = access
    database.afterNextTransaction { _ in access.changed() }
    return try Int64.fetchOne(database, sql: "SELECT COALESCE(MAX(access_revision), 0) + 1 FROM device") ?? 1
  }
}
