internal import Wire

extension AccessReconciler {
  /// The plugin can be spoken to; what it knows is asked for first.
  package mutating func linkIsUp(now: Double) -> [Action] {
    link = .listingClients(offset: 0)
    inFlight = nil
    present = [:]
    roles = []
    urgent.removeAll()
    ordinary.removeAll()
    sweep.removeAll()
    dueCuts = [:]
    ahead = [:]
    lastAcknowledged = nil
    return advance(now: now)
  }

  /// The connection to mosquitto is gone, and with it whatever was not answered.
  package mutating func linkIsDown() {
    link = .down
    inFlight = nil
    dueCuts = [:]
    strangers = []
  }

  /// The plugin answered.
  package mutating func take(_ answer: PluginAnswer, now: Double) -> [Action] {
    guard let batch = inFlight, answer.correlation == batch.correlation else { return [] }
    inFlight = nil
    if batch.isBackground { restUntil = now + (now - batch.since) }
    var results = answer.results[...]
    var actions: [Action] = []
    for operation in batch.operations {
      let commands = operation.commands
      let share = results.prefix(commands.count)
      results = results.dropFirst(commands.count)
      let fault =
        share.count < commands.count
        ? "an answer is missing" : zip(commands, share).first { !$0.1.isDone($0.0) }?.1.error
      if let fault { actions.append(.pluginRefused(fault)) }
      actions += finish(operation, share, isDone: fault == nil, now: now)
    }
    return actions + advance(now: now)
  }

  private mutating func finish(
    _ operation: Operation, _ results: ArraySlice<PluginAnswer.Result>, isDone: Bool, now: Double
  ) -> [Action] {
    if !isDone { pauseUntil = now + Self.pauseAfterRefusal }
    switch operation {
    case .list:
      guard isDone, let result = results.first else { return [.reconnect] }
      takeListing(result, now: now)
      return []
    case .admit(let device, _):
      roles.insert(device)
      present[device] = isDone ? .whole : .odd
      if isDone { strangers.remove(device) }
      compare(device)
      return []
    case .shutOut(let device):
      present[device] = isDone ? nil : .odd
      compare(device)
      return isDone ? [.wasCut(device, isRepeated: false), .announceOffline(device)] : []
    case .cutAgain(let device):
      if backOffs.count >= Self.memoryLimit { backOffs.removeAll() }
      backOffs[device, default: CutBackOff()].cut(at: now)
      if !isDone { present[device] = .odd }
      compare(device)
      return [.wasCut(device, isRepeated: true)]
    case .forgetRole(let device):
      // A role without a client gives nobody anything: one that the plugin keeps is no reason to try again.
      roles.remove(device)
      return []
    }
  }

  private mutating func takeListing(_ result: PluginAnswer.Result, now: Double) {
    switch link {
    case .listingClients(let offset):
      for client in result.clients {
        // A service's name is no device id: what belongs to services is left alone.
        if let device = DeviceID(client.name) { present[device] = client.isWhole ? .whole : .odd }
      }
      let isLast = result.clients.count < PluginCommand.listLimit
      link = isLast ? .listingRoles(offset: 0) : .listingClients(offset: offset + result.clients.count)
    case .listingRoles(let offset):
      roles.formUnion(result.roles.compactMap { DeviceID($0) })
      guard result.roles.count < PluginCommand.listLimit else {
        link = .listingRoles(offset: offset + result.roles.count)
        return
      }
      link = .ready
      compareAll(now: now)
    case .down, .ready: break
    }
  }
}
