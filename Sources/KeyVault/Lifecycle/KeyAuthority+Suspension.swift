internal import GRDB
package import Wire

extension KeyAuthority {
  /// Suspends a device's active key: no session key of it is released until it is resumed.
  /// - Returns: the version that is suspended.
  package func suspend(_ device: DeviceID, reason: String, actor: String) throws -> KeyVersion {
    try change(device, from: .active, .suspend, action: .suspend, reason: reason, actor: actor)
  }

  /// Makes a device's suspended key active again.
  /// - Returns: the version that is active.
  package func resume(_ device: DeviceID, reason: String, actor: String) throws -> KeyVersion {
    try change(device, from: .suspended, .resume, action: .resume, reason: reason, actor: actor)
  }

  private func change(
    _ device: DeviceID, from state: KeyState, _ event: KeyState.Event, action: AuditEntry.Action, reason: String,
    actor: String
  ) throws -> KeyVersion {
    try commit(actor: actor) { database, audit in
      let version = try Int64.fetchOne(
        database, sql: "SELECT version FROM device_key WHERE device = ? AND state = ?",
        arguments: [device.name, state.rawValue])
      guard let version = version.map({ KeyVersion(rawValue: UInt32(truncatingIfNeeded: $0)) }) else {
        try audit.append(
          action, .refused, object: "device/\(device)", reason: VaultError.Code.stateForbids.rawValue)
        return .refused(VaultError(.stateForbids, "\(device) has no \(state.rawValue) key"))
      }
      try apply(event, to: device, version, database)
      try audit.append(action, object: "device/\(device)/\(version)", reason: reason)
      return .done(version)
    }
  }
}
