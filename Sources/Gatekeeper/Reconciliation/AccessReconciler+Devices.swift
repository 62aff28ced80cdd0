package import Wire

extension AccessReconciler {
  /// mosquitto let a device connect: its certificate is good, and nothing more is asked there.
  package mutating func deviceConnected(_ device: DeviceID, now: Double) -> [Action] {
    guard present[device] == nil || !isAdmitted(device) else { return [] }
    remember(stranger: device)
    // Before everything is known nobody can be called a stranger.
    guard link == .ready, isListComplete else { return [] }
    if !isAdmitted(device) {
      if dueCuts.count >= Self.memoryLimit { dueCuts.removeAll() }
      dueCuts[device] = backOffs[device, default: CutBackOff()].due(now: now)
    }
    return advance(now: now)
  }

  /// A device says that its link is up: it has subscribed to its commands.
  /// - Parameter isNews: `false` when it said so some time ago.
  package mutating func deviceIsOnline(_ device: DeviceID, isNews: Bool, now: Double) -> [Action] {
    commands.deviceIsOnline(device, isNews: isNews, now: now)
    return advance(now: now)
  }
}
