internal import GRDB
package import Wire

extension KeyAuthority {
  /// Services that hold no grant, whoever asks for it: a custodian who could give the operator's console a session key
  /// could read an ECG, and the broker sees nothing but ciphertext.
  package static let keylessServices: Set<ServiceID> = [.operatorConsole, .broker]

  /// Lets a service receive a kind of key; adding what is there already changes only its expiry.
  /// - Parameters:
  ///   - device: `nil` for all devices.
  ///   - expires: Unix time in microseconds; `nil` for never.
  package func addGrant(
    _ service: ServiceID, device: DeviceID?, purpose: GrantPurpose, expires: UInt64? = nil, actor: String
  ) throws -> Grant {
    guard ![.patients, .plans, .people].contains(purpose) || device == nil else {
      throw VaultError(.badRequest, "a grant for \(purpose.rawValue) belongs to no single device")
    }
    return try commit(actor: actor) { database, audit in
      guard !Self.keylessServices.contains(service) else {
        try audit.append(
          .addGrant, .refused, object: "grant/\(service)", purpose: purpose.rawValue,
          reason: VaultError.Code.forbidden.rawValue)
        return .refused(
          VaultError(.forbidden, "\(service) receives no key: who administers or carries must not be able to read"))
      }
      let id = try Int64.fetchOne(
        database,
        sql: """
          INSERT INTO access_grant (service, device, purpose, created, expires) VALUES (?, ?, ?, ?, ?)
          ON CONFLICT (service, device, purpose) DO UPDATE SET expires = excluded.expires RETURNING id
          """,
        arguments: [
          service.rawValue, device?.name ?? "", purpose.rawValue, Int64(bitPattern: clock().unixMicroseconds),
          expires.map { Int64(clamping: $0) },
        ])
      guard let id else { throw VaultError(.storage, "the grant was not stored") }
      try audit.append(
        .addGrant, object: "grant/\(id)", purpose: purpose.rawValue,
        reason: "\(service), \(device?.name ?? "all devices")")
      return .done(Grant(id: id, service: service, device: device, purpose: purpose, expires: expires))
    }
  }

  /// Takes a grant away, from now on.
  package func removeGrant(_ id: Int64, actor: String) throws {
    try commit(actor: actor) { database, audit -> Decision<Void> in
      try database.execute(sql: "DELETE FROM access_grant WHERE id = ?", arguments: [id])
      guard database.changesCount == 1 else {
        try audit.append(.removeGrant, .refused, object: "grant/\(id)", reason: VaultError.Code.unknown.rawValue)
        return .refused(VaultError(.unknown, "there is no grant \(id)"))
      }
      try audit.append(.removeGrant, object: "grant/\(id)")
      return .done(())
    }
  }

  /// Whether a service may pass on what people ask for who are signed in with it.
  func mayRelayPeople(_ service: ServiceID) throws -> Bool {
    let time = clock().unixMicroseconds
    return try read { try GrantSet($0, service: service, time: time).allowsRecords(.people) }
  }

  /// All grants, in the order in which they were made.
  package func grants() throws -> [Grant] {
    try read { database in
      try Row.fetchAll(database, sql: "SELECT * FROM access_grant ORDER BY id").compactMap { row in
        guard let service = ServiceID(rawValue: row["service"]), let purpose = GrantPurpose(rawValue: row["purpose"])
        else { return nil }
        return Grant(
          id: row["id"], service: service, device: DeviceID(row["device"] as String), purpose: purpose,
          expires: (row["expires"] as Int64?).map { UInt64(bitPattern: $0) })
      }
    }
  }
}
