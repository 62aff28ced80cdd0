internal import Crypto
internal import Foundation
internal import GRDB
internal import Sealing
package import Wire

extension KeyAuthority {
  /// Makes a one-time claim for a device.
  /// - Parameter life: seconds, at most ``Claim/longestLife``.
  package func createClaim(
    for device: DeviceID, life: UInt64 = Claim.defaultLife, actor: String
  ) throws -> Claim {
    guard (1...Claim.longestLife).contains(life) else {
      throw VaultError(.badRequest, "a claim lives 1 to \(Claim.longestLife) seconds")
    }
    let token = try SecureRandom.bytes(EnrolmentRequest.tokenSize)
    let now = clock().unixMicroseconds
    let expires = now + life * 1_000_000
    return try commit(actor: actor) { database, audit in
      try database.execute(
        sql: "INSERT INTO claim (device, token_hash, created, expires) VALUES (?, ?, ?, ?)",
        arguments: [
          device.name, Data(SHA256.hash(data: token)), Int64(bitPattern: now), Int64(bitPattern: expires),
        ])
      let id = database.lastInsertedRowID
      try audit.append(.createClaim, object: "claim/\(device)/\(id)", reason: "valid \(life) s")
      return .done(Claim(id: id, device: device, expires: expires, token: token.hex))
    }
  }

  /// Revokes a claim that was not used yet.
  package func revokeClaim(_ id: Int64, actor: String) throws {
    try commit(actor: actor) { database, audit -> Decision<Void> in
      try database.execute(
        sql: "UPDATE claim SET revoked = ? WHERE id = ? AND used IS NULL AND revoked IS NULL",
        arguments: [Int64(bitPattern: clock().unixMicroseconds), id])
      guard database.changesCount == 1 else {
        try audit.append(.revokeClaim, .refused, object: "claim/\(id)", reason: VaultError.Code.unknown.rawValue)
        return .refused(VaultError(.unknown, "there is no unused claim \(id)"))
      }
      try audit.append(.revokeClaim, object: "claim/\(id)")
      return .done(())
    }
  }

  /// Claims that could be used now; their tokens are known to nobody here.
  package func openClaims() throws -> [OpenClaim] {
    let now = Int64(bitPattern: clock().unixMicroseconds)
    return try read { database in
      try Row.fetchAll(
        database,
        sql: "SELECT id, device, expires FROM claim WHERE used IS NULL AND revoked IS NULL AND expires > ? ORDER BY id",
        arguments: [now]
      ).compactMap { row in
        DeviceID(row["device"] as String).map {
          OpenClaim(id: row["id"], device: $0, expires: UInt64(bitPattern: row["expires"] as Int64))
        }
      }
    }
  }

  /// What is wrong with a claim, in a word for the audit log; `nil` if it may be used now.
  func flaw(of claim: Row, device: DeviceID) -> String? {
    if (claim["device"] as String) != device.name { return "claim of another device" }
    if (claim["revoked"] as Int64?) != nil { return "claim revoked" }
    if (claim["used"] as Int64?) != nil { return "claim used" }
    if (claim["expires"] as Int64) <= Int64(bitPattern: clock().unixMicroseconds) { return "claim expired" }
    return nil
  }
}
