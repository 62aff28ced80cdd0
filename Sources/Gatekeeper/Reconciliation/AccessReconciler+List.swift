package import Wire

/// What the vault says of one device.
package struct ListedDevice: Hashable, Sendable {
  /// Which device.
  package let device: DeviceID
  /// Whether it may connect.
  package let isAdmitted: Bool
  /// The version of the data key that it should make.
  package let rotateTo: KeyVersion?
  /// Revision of the list.
  package let revision: UInt64

  /// States it.
  package init(_ device: DeviceID, isAdmitted: Bool, rotateTo: KeyVersion? = nil, revision: UInt64) {
    self.device = device
    self.isAdmitted = isAdmitted
    self.rotateTo = rotateTo
    self.revision = revision
  }
}

extension AccessReconciler {
  /// The list is told from its beginning: at the start, and whenever the vault was lost from sight, since it may be an
  /// older copy of itself now. Until the end of the telling, nobody is shut out for not being named.
  package mutating func beginList() {
    seenInFull = []
    told = 0
    // A vault that was restarted has forgotten it.
    lastAcknowledged = nil
  }

  /// A part of the list was told.
  /// - Parameter revision: the list is told up to here.
  package mutating func take(
    _ devices: [ListedDevice], upTo revision: UInt64, isComplete: Bool, now: Double
  ) -> [Action] {
    told = revision
    for listed in devices {
      let device = listed.device
      wanted[device] = Wanted(
        isAdmitted: listed.isAdmitted, rotateTo: listed.rotateTo, revision: listed.revision)
      seenInFull?.insert(device)
      commands.want(listed.isAdmitted ? listed.rotateTo : nil, of: device, now: now)
      compare(device)
    }
    if isComplete, let seen = seenInFull {
      seenInFull = nil
      let isFirst = !isListComplete
      isListComplete = true
      for device in wanted.keys where !seen.contains(device) {
        wanted[device] = nil
        commands.want(nil, of: device, now: now)
        compare(device)
      }
      if isFirst { compareAll(now: now) }
    }
    return advance(now: now)
  }

  /// Compares everything, once both sides are known.
  mutating func compareAll(now: Double) {
    guard link == .ready, isListComplete else { return }
    for device in wanted.keys {
      compare(device)
      // Who has to be admitted now may be connected already, with its subscriptions refused.
      if ordinary.members.contains(device), isAdmitted(device) { remember(stranger: device) }
      // Who is revoked may have connected while nobody watched.
      if !isAdmitted(device), present[device] == nil { sweep.add(device) }
    }
    for device in Set(present.keys).union(roles) where wanted[device] == nil { compare(device) }
    for device in strangers where !isAdmitted(device) { dueCuts[device] = now }
  }

  mutating func remember(stranger device: DeviceID) {
    if strangers.count >= Self.memoryLimit { strangers.removeAll() }
    strangers.insert(device)
  }
}
