internal import Foundation
internal import GRDB
internal import Sealing
package import Wire

extension KeyAuthority {
  /// Marks a device for a new data key; asking again while it is marked answers the same.
  /// - Returns: the version to command the device to make.
  package func requestRotation(of device: DeviceID, actor: String) throws -> KeyVersion {
    try commit(actor: actor) { database, audit in
      let object = "device/\(device)"
      guard let active = try activeVersion(of: device, database) else {
        try audit.append(.requestRotation, .refused, object: object, reason: VaultError.Code.unknownDevice.rawValue)
        return .refused(VaultError(.unknownDevice, "\(device) has no active key to rotate"))
      }
      let next = try nextVersion(of: device, database)
      try database.execute(
        sql: "UPDATE device SET pending = ? WHERE name = ?", arguments: [Int64(next.rawValue), device.name])
      try audit.append(.requestRotation, object: "\(object)/\(active)", reason: "next version \(next)")
      return .done(next)
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
        try install(request.dataKey, of: device, as: request.version, database, &audit)
        try database.execute(sql: "UPDATE device SET pending = NULL WHERE name = ?", arguments: [device.name])
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
        database, sql: "SELECT serial, pending FROM device WHERE name = ?", arguments: [device.name])
    else { throw VaultError(.unknownDevice, "\(device) is not enrolled") }
    guard Array(row["serial"] as Data) == serial else {
      throw VaultError(.forbidden, "this certificate of \(device) was replaced by a later enrolment")
    }
    let next = try nextVersion(of: device, database)
    if request.version.rawValue == next.rawValue - 1, request.version.rawValue > 0 {
      let (state, wrapped) = try storedKey(device, request.version, database)
      if state == .active,
        try unwrap(device, request.version, wrapped: wrapped, state: state).isEqual(to: request.dataKey)
      {
        return true
      }
    }
    guard request.version == next else {
      throw VaultError(.unexpectedVersion, "the next key of \(device) is \(next), not \(request.version)")
    }
    guard (row["pending"] as Int64?) == Int64(next.rawValue) else {
      throw VaultError(.rotationNotRequested, "nobody asked \(device) to rotate")
    }
    guard let active = try activeVersion(of: device, database) else {
      throw VaultError(.stateForbids, "\(device) has no active key: it may not rotate")
    }
    let (state, wrapped) = try storedKey(device, active, database)
    guard try !unwrap(device, active, wrapped: wrapped, state: state).isEqual(to: request.dataKey) else {
      throw VaultError(.keyReused, "the new key of \(device) is its present one")
    }
    return false
  }

  /// The version that is active, if any.
  func activeVersion(of device: DeviceID, _ database: Database) throws -> KeyVersion? {
    try Int64.fetchOne(
      database, sql: "SELECT version FROM device_key WHERE device = ? AND state = ?",
      arguments: [device.name, KeyState.active.rawValue]
    ).map { KeyVersion(rawValue: UInt32(truncatingIfNeeded: $0)) }
  }
}
