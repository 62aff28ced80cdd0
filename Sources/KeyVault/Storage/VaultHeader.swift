internal import Foundation
internal import GRDB
internal import Sealing

/// What a vault says of itself before it is unsealed.
struct VaultHeader {
  private static let format = "SealedBeat vault 1"

  let rootKind: String
  let salt: [UInt8]
  let cost: KeyDerivation.ScryptCost
  let auditPublicKey: [UInt8]

  init(rootKind: String, salt: [UInt8], cost: KeyDerivation.ScryptCost, auditPublicKey: [UInt8]) {
    self.rootKind = rootKind
    self.salt = salt
    self.cost = cost
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
    rootKind = try String(decoding: value("root-kind"), as: UTF8.self)
    salt = try Array(value("scrypt-salt"))
    auditPublicKey = try Array(value("audit-public-key"))
    do {
      cost = try JSONDecoder().decode(KeyDerivation.ScryptCost.self, from: value("scrypt-cost"))
    } catch {
      throw VaultError(.corrupted, "the vault's scrypt cost is not readable")
    }
  }

  /// Whether the header, written last of a new vault, is there.
  static func exists(in database: Database) throws -> Bool {
    try Bool.fetchOne(database, sql: "SELECT EXISTS (SELECT 1 FROM meta WHERE name = 'format')") ?? false
  }

  func write(to database: Database) throws {
    let values: [(String, Data)] = [
      ("format", Data(Self.format.utf8)), ("root-kind", Data(rootKind.utf8)), ("scrypt-salt", Data(salt)),
      ("scrypt-cost", try JSONEncoder().encode(cost)), ("audit-public-key", Data(auditPublicKey)),
    ]
    for (name, value) in values {
      try database.execute(sql: "INSERT INTO meta (name, value) VALUES (?, ?)", arguments: [name, value])
    }
  }
}
