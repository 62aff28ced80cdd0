internal import GRDB

extension KeyAuthority {
  /// The number of the next change to who may use MQTT: every device carries that of its last one.
  func nextAccessRevision(_ database: Database) throws -> Int64 {
    try Int64.fetchOne(database, sql: "SELECT COALESCE(MAX(access_revision), 0) + 1 FROM device") ?? 1
  }
}
