internal import Foundation
internal import GRDB
package import Sealing
package import Wire

extension KeyAuthority {
  /// Releases or refuses the keys of sessions to a service; every answer is in the audit log, on disk, before it is
  /// returned.
  /// - Parameter requests: at most ``ReleaseRequest/batchLimit``.
  package func sessionKeys(
    _ requests: [ReleaseRequest], for service: ServiceID
  ) async throws -> [ReleaseAnswer] {
    guard requests.count <= ReleaseRequest.batchLimit else {
      throw VaultError(.badRequest, "more than \(ReleaseRequest.batchLimit) sessions in one request")
    }
    guard !requests.isEmpty else { return [] }
    let epoch = cache.epoch
    let decisions = try await releases.decide(requests, for: service) { [self] calls in
      do {
        return try await file.pool.write { [self] database in try decide(database, calls) }
      } catch let error as VaultError {
        throw error
      } catch {
        throw VaultError(
          .auditUnavailable, "the release could not be recorded, so no key was released (\(error.databaseReason))")
      }
    }
    return try zip(requests, decisions).map { request, decision in try answer(request, decision, epoch: epoch) }
  }

  /// The key of a kind of records of the whole tenant. That of alert plans is derived from that of patients' records, so that
  /// who may read where mails go cannot read a name.
  package func recordKey(_ purpose: GrantPurpose, for service: ServiceID) throws(VaultError) -> SecretBytes {
    try commit(actor: service.rawValue) { database, audit in
      let grants = try GrantSet(database, service: service, time: clock().unixMicroseconds)
      let object = "record/\(purpose.rawValue)"
      guard [.patients, .plans].contains(purpose), grants.allowsRecords(purpose) else {
        try audit.append(
          .releaseRecordKey, .refused, object: object, purpose: purpose.rawValue,
          reason: ReleaseRefusal.noGrant.rawValue)
        return .refused(VaultError(.noGrant, "\(service) holds no grant for the record key \(purpose.rawValue)"))
      }
      try count(.patientRecords, version: 1, database)
      try audit.append(.releaseRecordKey, object: object, purpose: purpose.rawValue)
      guard purpose == .plans else { return .done(keys.patientRecords) }
      return .done(
        try KeyDerivation.hkdfSHA256(
          key: keys.patientRecords, salt: [], info: Array("SealedBeat/1 alert plans".utf8), count: AEAD.keySize))
    }
  }

  private func decide(
    _ database: Database, _ calls: [(ServiceID, [ReleaseRequest])]
  ) throws -> [[ReleaseDecision]] {
    try sealed.requireUnaltered(database)
    let time = clock().unixMicroseconds
    var audit = try AuditAppender(database, actor: "", time: time)
    let count = try database.cachedStatement(
      sql: "UPDATE device_key SET uses = uses + 1, last_used = ? WHERE device = ? AND version = ?")
    var ledger = try SessionRegister(database, time: time)
    let decisions = try calls.map { service, requests in
      let grants = try GrantSet(database, service: service, time: time)
      return try requests.map { request in
        // Grants are looked at first, so that who holds none does not learn what exists.
        let decision = try grants.allows(request) ? ledger.admit(request) : .refuse(.noGrant)
        let object = KeyName.device(request.device, request.version).description
        let purpose = request.purposes.map(\.rawValue).joined(separator: "+")
        switch decision {
        case .release:
          try count.execute(arguments: [
            Int64(bitPattern: time), request.device.name, Int64(request.version.rawValue),
          ])
          try audit.append(
            .releaseSessionKey, object: object, purpose: purpose, reason: "session \(request.session)",
            actor: service.rawValue)
        case .refuse(let refusal):
          try audit.append(
            .releaseSessionKey, .refused, object: object, purpose: purpose,
            reason: "\(refusal.rawValue), session \(request.session)", actor: service.rawValue)
        }
        return decision
      }
    }
    for device in ledger.devicesAwaitingDestruction {
      try noteUse(of: device, database, &audit)
    }
    for device in ledger.devicesNearLimit { try askToRotate(device, because: "sessions", database, &audit) }
    try audit.seal(signer: keys.auditSigner)
    try sealed.seal(database, count: audit.length, signer: keys.auditSigner, isChanged: false)
    return decisions
  }

  private func answer(
    _ request: ReleaseRequest, _ decision: ReleaseDecision, epoch: UInt64
  ) throws -> ReleaseAnswer {
    switch decision {
    case .refuse(let refusal): return .refused(refusal)
    case .release(let key):
      // One damaged row is no reason to keep everybody else's keys back.
      let found: SecretBytes?
      do {
        found = try self.deviceKey(key, epoch: epoch)
      } catch let error as VaultError where error.code == .corrupted {
        return .refused(.damaged)
      }
      guard let deviceKey = found else { return .refused(.destroyed) }
      return .released(
        try request.purposes.map { purpose in
          try SessionKey(
            deviceKey: deviceKey, device: request.device, session: request.session, iv: request.iv, purpose: purpose)
        })
    }
  }

  /// The data key of a device, from the cache or unwrapped; `nil` if it was destroyed since the decision.
  /// - Parameter epoch: of the cache, before the decision.
  func deviceKey(_ key: StoredDeviceKey, epoch: UInt64) throws -> SecretBytes? {
    let name = DeviceKeyCache.Name(device: key.device, version: key.version)
    if let cached = cache[name] { return cached }
    guard let unwrapped = try unwrapPresent(key) else { return nil }
    cache.insert(unwrapped, as: name, epoch: epoch)
    return unwrapped
  }

  /// Unwraps a key that was read before; `nil` if it was destroyed since.
  private func unwrapPresent(_ key: StoredDeviceKey) throws -> SecretBytes? {
    var key = key
    while true {
      if let wrap = keys.tenant[key.kek] { return try unwrap(key, with: wrap) }
      // Rewrapped since, and the tenant key of then is gone: what lies there now is under a later one.
      let present = try read { try storedKey(key.device, key.version, $0) }
      if present.state.isDestroyed { return nil }
      guard present.kek > key.kek else { return try unwrap(key, with: nil) }
      key = present
    }
  }
}
