internal import Foundation
internal import GRDB

/// The rows of the vault's own keys.
enum OwnKeyRow {
  /// All that were not destroyed.
  /// - Throws: ``VaultError/Code/corrupted`` for a row that this program never writes.
  static func unsealable(_ database: Database) throws -> [KeyHierarchy.Stored] {
    try Row.fetchAll(database, sql: "SELECT * FROM own_key WHERE wrapped IS NOT NULL ORDER BY name, version").map {
      try stored($0)
    }
  }

  static func stored(_ row: Row) throws -> KeyHierarchy.Stored {
    guard let name = OwnKey(rawValue: row["name"]), let state = KeyState(rawValue: row["state"]),
      let wrapped = row["wrapped"] as Data?
    else { throw VaultError(.corrupted, "an own key of the vault is not one that it writes") }
    return KeyHierarchy.Stored(
      name: name, version: UInt32(truncatingIfNeeded: row["version"] as Int64), state: state,
      kek: UInt32(truncatingIfNeeded: row["kek"] as Int64), wrapped: Array(wrapped),
      certificate: (row["certificate"] as Data?).map { Array($0) })
  }
}
