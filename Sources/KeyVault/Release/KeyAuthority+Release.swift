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
    return try zip(requests, decisions).map { request, decision in try answer(request, decision) }
  }

  /// The key of a kind of records of the whole tenant.
  package func recordKey(_ purpose: GrantPurpose, for service: ServiceID) throws(VaultError) -> SecretBytes {
    try commit(actor: service.rawValue) { database, audit in
      let grants = try GrantSet(database, service: service, time: clock().unixMicroseconds)
      let object = "record/\(purpose.rawValue)"
      guard purpose == .patients, grants.allowsRecords(purpose) else {
        try audit.append(
          .releaseRecordKey, .refused, object: object, purpose: purpose.rawValue,
          reason: ReleaseRefusal.noGrant.rawValue)
        return .refused(VaultError(.noGrant, "\(service) holds no grant for the record key \(purpose.rawValue)"))
      }
      try audit.append(.releaseRecordKey, object: object, purpose: purpose.rawValue)
      return .done(keys.patientRecords)
    }
  }

  private func decide(
    _ database: Database, _ calls: [(ServiceID, [ReleaseRequest])]
  ) throws -> [[ReleaseDecision]] {
    let time = clock().unixMicroseconds
    var audit = try AuditAppender(database, actor: "", time: time)
    let lookup = try database.cachedStatement(
      sql: "SELECT state, wrapped FROM device_key WHERE device = ? AND version = ?")
    let count = try database.cachedStatement(
      sql: "UPDATE device_key SET uses = uses + 1, last_used = ? WHERE device = ? AND version = ?")
    let decisions = try calls.map { service, requests in
      let grants = try GrantSet(database, service: service, time: time)
      return try requests.map { request in
        let decision = try decide(request, grants: grants, lookup: lookup)
        let object = "device/\(request.device)/\(request.version)"
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
    try audit.seal(signer: keys.auditSigner)
    return decisions
  }

  /// Grants are looked at first, so that who holds none does not learn what exists.
  private func decide(
    _ request: ReleaseRequest, grants: GrantSet, lookup: Statement
  ) throws -> ReleaseDecision {
    let isGranted =
      !request.purposes.isEmpty
      && request.purposes.allSatisfy { purpose in
        grants.allows(purpose == .session ? .session : .findings, of: request.device)
      }
    guard isGranted else { return .refuse(.noGrant) }
    guard
      let row = try Row.fetchOne(
        lookup, arguments: [request.device.name, Int64(request.version.rawValue)]),
      let state = KeyState(rawValue: row["state"])
    else { return .refuse(.unknownKey) }
    if let refusal = ReleaseRefusal(state: state) { return .refuse(refusal) }
    return .release(wrapped: Array(row["wrapped"] as Data), state: state)
  }

  private func answer(_ request: ReleaseRequest, _ decision: ReleaseDecision) throws -> ReleaseAnswer {
    switch decision {
    case .refuse(let refusal): return .refused(refusal)
    case .release(let wrapped, let state):
      let deviceKey = try deviceKey(request.device, request.version, wrapped: wrapped, state: state)
      return .released(
        try request.purposes.map { purpose in
          try SessionKey(
            deviceKey: deviceKey, device: request.device, session: request.session, iv: request.iv, purpose: purpose)
        })
    }
  }

  /// The data key of a device, from the cache or unwrapped.
  func deviceKey(
    _ device: DeviceID, _ version: KeyVersion, wrapped: [UInt8], state: KeyState
  ) throws -> SecretBytes {
    let name = DeviceKeyCache.Name(device: device, version: version)
    if let key = cache[name] { return key }
    do {
      let key = try keys.tenant.unwrap(wrapped, context: KeyContext.device(device, version, state).encoded)
      cache.insert(key, as: name)
      return key
    } catch {
      throw VaultError(.corrupted, "the data key \(version) of \(device) does not unwrap: the file was altered")
    }
  }
}
