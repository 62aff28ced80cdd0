internal import Foundation
internal import GRDB

/// What a vault says of itself before it is unsealed.
struct VaultHeader {
  private static let format = "SealedBeat vault 1"

  let root: RootDescription
  let auditPublicKey: [UInt8]

  init(root: RootDescription, auditPublicKey: [UInt8]) {
    self.root = root
    self.auditPublicKey = auditPublicKey
  }

  init(reading database: Database) throws {
    func value(_ name: String) throws -> Data {
      guard
        let value = try Data.fetchOne(database, sql: "SELECT value FROM meta WHERE name = ?", arguments: [name])
      else { throw VaultError(.notInitialised, "the vault was never finished: it lacks its \(name)") }
      return value
    }
    guard try String(decoding: value("format"), as: UTF8.self) == Self.format else {
      throw VaultError(.corrupted, "this is not a vault that this program can read")
    }
    auditPublicKey = try Array(value("audit-public-key"))
    let description = try value("root")
    do {
      root = try JSONDecoder().decode(RootDescription.self, from: description)
    } catch {
      throw VaultError(.corrupted, "the vault's description of its root is not readable")
    }
  }

  /// Whether the header, written last of a new vault, is there.
  static func exists(in database: Database) throws -> Bool {
    try Bool.fetchOne(database, sql: "SELECT EXISTS (SELECT 1 FROM meta WHERE name = 'format')") ?? false
  }

  func write(to database: Database) throws {
    let values: [(String, Data)] = [
      ("format", Data(Self.format.utf8)), ("root", try JSONEncoder().encode(root)),
      ("audit-public-key", Data(auditPublicKey)),
    ]
    for (name, value) in values {
      try database.execute(sql: "INSERT INTO meta (name, value) VALUES (?, ?)", arguments: [name, value])
    }
  }

  /// Puts another root's description in place.
  static func replaceRoot(_ root: RootDescription, in database: Database) throws {
    try database.execute(
      sql: "UPDATE meta SET value = ? WHERE name = 'root'", arguments: [try JSONEncoder().encode(root)])
  }
}
