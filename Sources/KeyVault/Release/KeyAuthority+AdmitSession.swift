internal import Foundation
internal import GRDB
package import Wire

extension KeyAuthority {
  /// Makes a session known that appeared only after its key was reported compromised, or its device revoked: a custodian has
  /// looked into it, for instance because the device was out of reach and delivers what it recorded before.
  /// - Throws: ``VaultError/Code/stateForbids`` if the session would repeat an initialisation vector, or its key is
  ///   suspended or destroyed.
  package func admitSession(
    _ session: SessionID, of device: DeviceID, iv: SessionIV, version: KeyVersion, reason: String, actor: String
  ) throws {
    try commit(actor: actor) { database, audit -> Decision<Void> in
      let object = KeyName.device(device, version).description
      guard let key = try? storedKey(device, version, database), key.state.release != .none else {
        try audit.append(.admitSession, .refused, object: object, reason: VaultError.Code.stateForbids.rawValue)
        return .refused(VaultError(.stateForbids, "\(object) opens nothing: there is no session to admit"))
      }
      try database.execute(
        sql: "INSERT OR IGNORE INTO session (device, session, version, iv, first) VALUES (?, ?, ?, ?, ?)",
        arguments: [
          device.name, Data(session.bytes), Int64(version.rawValue), Data(iv.bytes),
          Int64(bitPattern: clock().unixMicroseconds),
        ])
      guard database.changesCount == 1 else {
        try audit.append(.admitSession, .refused, object: object, reason: "known, session \(session)")
        return .refused(VaultError(.stateForbids, "the session is known, or repeats an initialisation vector"))
      }
      try database.execute(
        sql: "UPDATE device_key SET sessions = sessions + 1 WHERE device = ? AND version = ?",
        arguments: [device.name, Int64(version.rawValue)])
      try audit.append(.admitSession, object: object, reason: "session \(session): \(reason)")
      return .done(())
    }
  }
}
