internal import Foundation
internal import GRDB
internal import Wire

extension KeyReport {
  /// Reads what `own_key` and `device_key` have in common.
  init?(_ row: Row, _ name: KeyName, counted: UInt64?, wrappedBy: KeyRole?, policy: KeyPolicy) {
    guard let state = KeyState(rawValue: row["state"]) else { return nil }
    func time(_ column: String) -> UInt64? { (row[column] as Int64?).map { UInt64(bitPattern: $0) } }
    let limit = KeyPolicy.limit(of: name.role)
    let uses = UInt64(bitPattern: row["uses"] as Int64)
    self.init(
      id: name.description, role: name.role, purpose: name.role.purpose, algorithm: name.role.algorithm,
      owner: name.owner.isEmpty ? nil : name.owner, version: name.version, state: state,
      cryptoPeriod: policy.period(of: name.role), created: time("created") ?? 0, activated: time("activated"),
      due: time("due"), deactivated: time("deactivated"), compromised: time("compromised"),
      destroyed: time("destroyed"), lastUsed: time("last_used"), uses: uses, counted: counted ?? uses,
      limit: limit.map { UInt64($0.count) }, limitOf: limit?.of,
      wrappedBy: state.isDestroyed ? nil : wrappedBy.map { "\($0.rawValue)/\(row["kek"] as Int64)" })
  }

  /// A data key of a device.
  init?(deviceKey row: Row, device: DeviceID, policy: KeyPolicy) {
    let version = UInt32(truncatingIfNeeded: row["version"] as Int64)
    self.init(
      row, KeyName(.device, owner: device.name, version: version),
      counted: UInt64(bitPattern: row["sessions"] as Int64), wrappedBy: .tenantKeyEncryptionKey, policy: policy)
  }

  /// A key of the vault's own.
  init?(ownKey row: Row, policy: KeyPolicy) {
    guard let own = OwnKey(rawValue: row["name"]) else { return nil }
    self.init(
      row, KeyName(own.role, version: UInt32(truncatingIfNeeded: row["version"] as Int64)), counted: nil,
      wrappedBy: own.isUnderRoot ? .root : .tenantKeyEncryptionKey, policy: policy)
  }

  /// An identity that rests elsewhere: a certificate whose private key the vault does not keep.
  init(
    identity role: KeyRole, owner: String, version: UInt32, state: KeyState, created: UInt64, due: UInt64?,
    ended: UInt64? = nil
  ) {
    self.init(
      id: KeyName(role, owner: owner, version: version).description, role: role, purpose: role.purpose,
      algorithm: role.algorithm, owner: owner.isEmpty ? nil : owner, version: version, state: state,
      cryptoPeriod: due.map { ($0 - min(created, $0)) / 1_000_000 }, created: created, activated: created, due: due,
      deactivated: ended, compromised: nil, destroyed: nil, lastUsed: nil, uses: 0, counted: 0, limit: nil,
      limitOf: nil, wrappedBy: nil)
  }

  /// Whether it protects new data past its time, or comes near its limit.
  func isOverdue(at now: UInt64) -> Bool {
    guard state == .active else { return false }
    if let due, due <= now { return true }
    if let limit, counted >= limit / 4 * 3 { return true }
    return false
  }
}
