internal import Foundation
internal import GRDB
internal import Sealing
package import Wire

extension KeyAuthority {
  /// Marks a device for a new data key; asking again while it is marked answers the same.
  /// - Returns: the version to command the device to make.
  package func requestRotation(of device: DeviceID, actor: String) throws -> KeyVersion {
    try commit(actor: actor) { database, audit in
      guard let next = try askToRotate(device, because: "asked for", database, &audit) else {
        try audit.append(
          .requestRotation, .refused, object: "device/\(device)", reason: VaultError.Code.unknownDevice.rawValue)
        return .refused(VaultError(.unknownDevice, "\(device) has no key to rotate"))
      }
      return .done(next)
    }
  }

  /// Marks a device for a new data key inside another operation.
  /// - Returns: the version to make; `nil` where the device may not rotate: revoked, suspended, or without a key.
  @discardableResult
  func askToRotate(
    _ device: DeviceID, because reason: String, _ database: Database, _ audit: inout AuditAppender
  ) throws -> KeyVersion? {
    let isRevoked = try Bool.fetchOne(
      database, sql: "SELECT revoked IS NOT NULL FROM device WHERE name = ?", arguments: [device.name])
    guard isRevoked == false, let present = try rotatingKey(of: device, database) else { return nil }
    let next = try nextVersion(of: device, database)
    try database.execute(
      sql: "UPDATE device SET pending = ?, access_revision = ? WHERE name = ?",
      arguments: [Int64(next.rawValue), try nextAccessRevision(database), device.name])
    try audit.append(.requestRotation, object: present.name.description, reason: "next version \(next): \(reason)")
    return next
  }

  /// The key that a new one would replace: the active one, or the latest one if that was compromised.
  func rotatingKey(of device: DeviceID, _ database: Database) throws -> StoredDeviceKey? {
    try storedKeys(of: device, database).last.flatMap { key in
      key.state == .active || key.state == .compromised ? key : nil
    }
  }

  /// Takes a device's next data key, sealed with HPKE. Repeating a rotation that was carried out answers the same.
  /// - Parameters:
  ///   - device: from the client certificate.
  ///   - serial: of that certificate: only the latest one of a device may rotate.
  /// - Returns: the version that is active now.
  package func rotate(message: [UInt8], device: DeviceID, serial: [UInt8]) throws -> KeyVersion {
    let actor = "device:\(device)"
    let request: RotationRequest
    do throws(VaultError) {
      request = try RotationRequest(
        decoding: keys.enrolment.open(
          message: message, purpose: .rotate, additionalData: Array(device.name.utf8)))
    } catch {
      try recordRefusal(.rotate, actor: actor, object: "device/\(device)", reason: error.code.rawValue)
      throw error
    }
    return try commit(actor: actor) { database, audit in
      let object = "device/\(device)/\(request.version)"
      do {
        if try isRepeated(request, device, serial: serial, database) {
          try audit.append(.rotate, object: object, reason: "repeated answer to the same request")
          return .done(request.version)
        }
        let change = KeyChange(actor: actor, reason: "rotation", time: clock().unixMicroseconds)
        try install(request.dataKey, of: device, as: request.version, change, database)
        try count(.enrolment, version: 1, database)
        try database.execute(
          sql: "UPDATE device SET pending = NULL, access_revision = ? WHERE name = ?",
          arguments: [try nextAccessRevision(database), device.name])
        try audit.append(.rotate, object: object)
        return .done(request.version)
      } catch let error as VaultError where error.code != .corrupted {
        try audit.append(.rotate, .refused, object: object, reason: error.code.rawValue)
        return .refused(error)
      }
    }
  }

  /// Whether this rotation was carried out already; throws if it may not be carried out at all.
  private func isRepeated(
    _ request: RotationRequest, _ device: DeviceID, serial: [UInt8], _ database: Database
  ) throws -> Bool {
    guard
      let row = try Row.fetchOne(
        database, sql: "SELECT serial, pending, revoked FROM device WHERE name = ?", arguments: [device.name])
    else { throw VaultError(.unknownDevice, "\(device) is not enrolled") }
    guard (row["revoked"] as Int64?) == nil else {
      throw VaultError(.deviceRevoked, "\(device) is revoked: its certificate is void")
    }
    guard Array(row["serial"] as Data) == serial else {
      throw VaultError(.forbidden, "this certificate of \(device) was replaced by a later enrolment")
    }
    let next = try nextVersion(of: device, database)
    if request.version.rawValue == next.rawValue - 1, request.version.rawValue > 0 {
      let key = try storedKey(device, request.version, database)
      if key.state == .active, try unwrap(key).isEqual(to: request.dataKey) { return true }
    }
    guard request.version == next else {
      throw VaultError(.unexpectedVersion, "the next key of \(device) is \(next), not \(request.version)")
    }
    guard (row["pending"] as Int64?) == Int64(next.rawValue) else {
      throw VaultError(.rotationNotRequested, "nobody asked \(device) to rotate")
    }
    guard try rotatingKey(of: device, database) != nil else {
      throw VaultError(.stateForbids, "\(device) has no active key: it may not rotate")
    }
    for earlier in try storedKeys(of: device, database) where earlier.wrapped != nil {
      guard try !unwrap(earlier).isEqual(to: request.dataKey) else {
        throw VaultError(.keyReused, "the new key of \(device) is its key \(earlier.version)")
      }
    }
    return false
  }
}
