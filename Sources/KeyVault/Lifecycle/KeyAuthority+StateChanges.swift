internal import GRDB
package import Wire

extension KeyAuthority {
  /// Suspends a device's active key: no session key of it is released until it is resumed.
  /// - Returns: the version that is suspended.
  package func suspend(_ device: DeviceID, reason: String, actor: String) throws -> KeyVersion {
    try change(device, in: [.active], .suspend, action: .suspend, reason: reason, actor: actor)
  }

  /// Makes a device's suspended key active again.
  /// - Returns: the version that is active.
  package func resume(_ device: DeviceID, reason: String, actor: String) throws -> KeyVersion {
    try change(device, in: [.suspended], .resume, action: .resume, reason: reason, actor: actor)
  }

  /// Ends the time of a device's active or suspended key: it protects nothing new and still opens what it protected. The
  /// device needs a new enrolment, or a rotation that was asked for before.
  /// - Returns: the version that is deactivated.
  package func deactivate(_ device: DeviceID, reason: String, actor: String) throws -> KeyVersion {
    try change(device, in: [.active, .suspended], .deactivate, action: .deactivate, reason: reason, actor: actor)
  }

  private func change(
    _ device: DeviceID, in states: Set<KeyState>, _ event: KeyState.Event, action: AuditEntry.Action, reason: String,
    actor: String
  ) throws -> KeyVersion {
    let version = try commit(actor: actor) { database, audit -> Decision<KeyVersion> in
      guard let key = try storedKeys(of: device, database).last(where: { states.contains($0.state) }) else {
        try audit.append(
          action, .refused, object: "device/\(device)", reason: VaultError.Code.stateForbids.rawValue)
        let wanted = states.map(\.rawValue).sorted().joined(separator: " or ")
        return .refused(VaultError(.stateForbids, "\(device) has no \(wanted) key"))
      }
      try apply(event, to: key, KeyChange(actor: actor, reason: reason, time: clock().unixMicroseconds), database)
      try audit.append(action, object: key.name.description, reason: reason)
      return .done(key.version)
    }
    forget(device, CollectionOfOne(version))
    return version
  }
}
