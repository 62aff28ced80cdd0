package import Wire

/// What mosquitto follows of the access list.
package struct AppliedAccess: Hashable, Sendable {
  /// Most devices that are named beside the revision.
  package static let aheadLimit = 500

  /// Everything up to it is applied.
  package var revision: UInt64
  /// Of these devices more is applied, up to the revision given.
  package var ahead: [DeviceID: UInt64]

  /// States it.
  package init(revision: UInt64, ahead: [DeviceID: UInt64]) {
    self.revision = revision
    self.ahead = ahead
  }
}

extension AccessReconciler {
  /// What to tell the vault, if it is news.
  mutating func nextAcknowledgement() -> Action? {
    guard link == .ready, isListComplete, seenInFull == nil else { return nil }
    var outstanding: UInt64?
    for device in unfinished {
      guard let revision = wanted[device]?.revision else { continue }
      outstanding = min(outstanding ?? revision, revision)
    }
    let revision = outstanding.map { $0 - 1 } ?? told
    ahead = ahead.filter { $0.value > revision }
    if ahead.count > AppliedAccess.aheadLimit {
      let newest = ahead.sorted { $0.value > $1.value }.prefix(AppliedAccess.aheadLimit)
      ahead = Dictionary(uniqueKeysWithValues: newest.map { ($0.key, $0.value) })
    }
    let now = AppliedAccess(revision: revision, ahead: ahead)
    guard now != lastAcknowledged else { return nil }
    lastAcknowledged = now
    return .acknowledge(now)
  }

  /// Devices whose access is not yet as it should be. That a role without a client is still there keeps nobody waiting.
  private var unfinished: Set<DeviceID> {
    var devices = urgent.members.union(ordinary.members.filter { isAdmitted($0) })
    for operation in inFlight?.operations ?? [] {
      switch operation {
      case .shutOut(let device), .admit(let device, _): devices.insert(device)
      case .cutAgain, .forgetRole, .list: break
      }
    }
    return devices
  }
}
