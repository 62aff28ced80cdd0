internal import Foundation
internal import GRDB

extension KeyAuthority {
  private static let firstGrantsMark = "first-grants"

  /// Whether the first grants were made.
  func hasFirstGrants() throws -> Bool {
    try read { database in
      try Bool.fetchOne(
        database, sql: "SELECT EXISTS (SELECT 1 FROM meta WHERE name = ?)", arguments: [Self.firstGrantsMark]) ?? false
    }
  }

  /// Remembers that the first grants were made.
  func rememberFirstGrants() throws {
    try commit(actor: "local") { database, audit -> Decision<Void> in
      try database.execute(
        sql: "INSERT OR IGNORE INTO meta (name, value) VALUES (?, ?)", arguments: [Self.firstGrantsMark, Data([1])])
      try audit.append(.addGrant, object: "grant/first", reason: "the first grants are complete")
      return .done(())
    }
  }
}
