internal import Foundation
internal import GRDB
internal import Wire

/// Every session whose keys were ever asked for, so that no initialisation vector serves twice under one key: the nonces of
/// a session are its IV and a counter (SP 800-38D §8.2.1), and the IV is also the salt of its keys.
///
/// Lives inside the transaction that relies on it.
struct SessionRegister {
  private let database: Database
  private let time: UInt64
  private let key: Statement
  private let known: Statement
  private let insert: Statement
  private let count: Statement
  /// Devices whose keys wait for their destruction and were used all the same.
  private(set) var devicesAwaitingDestruction: Set<DeviceID> = []
  /// Devices whose key comes near its limit.
  private(set) var devicesNearLimit: Set<DeviceID> = []

  init(_ database: Database, time: UInt64) throws {
    self.database = database
    self.time = time
    key = try database.cachedStatement(
      sql: """
        SELECT version, state, kek, wrapped, sessions, device.revoked, revoked_version, pending,
          EXISTS (SELECT 1 FROM destruction
            WHERE destruction.device = name AND cancelled IS NULL AND carried_out IS NULL) AS ending
        FROM device_key JOIN device ON name = device WHERE device = ? AND version = ?
        """)
    known = try database.cachedStatement(
      sql: "SELECT version, iv FROM session WHERE device = ? AND session = ?")
    insert = try database.cachedStatement(
      sql: "INSERT OR IGNORE INTO session (device, session, version, iv, first) VALUES (?, ?, ?, ?, ?)")
    count = try database.cachedStatement(
      sql: "UPDATE device_key SET sessions = sessions + 1 WHERE device = ? AND version = ?")
  }

  /// Decides about one session, and remembers it.
  mutating func admit(_ request: ReleaseRequest) throws -> ReleaseDecision {
    let device = request.device
    guard
      let row = try Row.fetchOne(key, arguments: [device.name, Int64(request.version.rawValue)])
    else { return .refuse(.unknownKey) }
    let stored = try StoredDeviceKey(row, device: device)
    if stored.state.release == .none {
      return .refuse(stored.state.isDestroyed ? .destroyed : .stateForbids)
    }
    if let earlier = try Row.fetchOne(known, arguments: [device.name, Data(request.session.bytes)]) {
      guard (earlier["version"] as Int64) == Int64(request.version.rawValue),
        (earlier["iv"] as Data) == Data(request.iv.bytes)
      else { return .refuse(.ivRepeated) }
    } else if let refusal = try refusalOfNew(request, stored, row) {
      return .refuse(refusal)
    }
    if row["ending"] as Bool { devicesAwaitingDestruction.insert(device) }
    return .release(stored)
  }

  private mutating func refusalOfNew(
    _ request: ReleaseRequest, _ stored: StoredDeviceKey, _ row: Row
  ) throws -> ReleaseRefusal? {
    if stored.state.release == .knownSessions { return .compromised }
    // A key from before a revocation opens no new session, not even after the device was reinstated: who took the key
    // may still hold it.
    if (row["revoked"] as Int64?) != nil || (row["revoked_version"] as Int64) >= Int64(request.version.rawValue) {
      return .revoked
    }
    let sessions: Int64 = row["sessions"]
    guard sessions < KeyPolicy.sessionLimit else { return .limitReached }
    try insert.execute(arguments: [
      request.device.name, Data(request.session.bytes), Int64(request.version.rawValue), Data(request.iv.bytes),
      Int64(bitPattern: time),
    ])
    guard database.changesCount == 1 else { return .ivRepeated }
    try count.execute(arguments: [request.device.name, Int64(request.version.rawValue)])
    if sessions + 1 >= KeyPolicy.sessionWarning, stored.state == .active, (row["pending"] as Int64?) == nil {
      devicesNearLimit.insert(request.device)
    }
    return nil
  }
}
