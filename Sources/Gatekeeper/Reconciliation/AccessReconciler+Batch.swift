internal import Wire

extension AccessReconciler {
  /// Seconds without commands after the plugin refused one.
  static let pauseAfterRefusal = 1.0
  /// Most devices in one message that nobody waits for: mosquitto serves nothing else until all are done, and each
  /// command makes it write its whole file (28 ms with 5,000 devices).
  static let backgroundLimit = 2
  /// Most commands in one message, so that it fits into ``PluginCommand/requestLimit``.
  static let commandLimit = 6
  /// More devices to let in than this are a fleet that is restored.
  static let crowd = 16
  /// Most devices in one message that shuts them out.
  static let urgentLimit = 8

  /// What is done for one device.
  enum Operation: Hashable {
    case list(PluginCommand)
    case admit(DeviceID, [PluginCommand])
    case shutOut(DeviceID)
    /// Made known for a moment, without a role, and forgotten again: the plugin ends only connections of those it knows.
    case cutAgain(DeviceID)
    case forgetRole(DeviceID)

    var commands: [PluginCommand] {
      switch self {
      case .list(let command): [command]
      case .admit(_, let commands): commands
      case .shutOut(let device): [.deleteClient(device)]
      case .cutAgain(let device): [.createClient(device, hasRole: false), .deleteClient(device)]
      case .forgetRole(let device): [.deleteRole(device)]
      }
    }
  }

  /// One message on its way.
  struct InFlight: Hashable {
    let operations: [Operation]
    let correlation: String
    let since: Double
    /// Whether nobody waits for it.
    let isBackground: Bool
  }

  /// The next message to the plugin: one at a time, the urgent first.
  mutating func nextBatch(now: Double) -> Action? {
    guard inFlight == nil else { return nil }
    var isBackground = false
    var operations: [Operation] = []
    switch link {
    case .down: return nil
    case .listingClients(let offset): operations = [.list(.listClients(offset: offset))]
    case .listingRoles(let offset): operations = [.list(.listRoles(offset: offset))]
    case .ready:
      guard now >= pauseUntil else { return nil }
      operations = takeShutOuts()
      if operations.isEmpty { operations = takeCut(now: now) }
      if operations.isEmpty, now >= restUntil {
        // A few devices are people who wait; many are a fleet that is restored while others stream.
        isBackground = ordinary.members.count > Self.crowd || ordinary.isEmpty
        operations = takeOrdinary()
        if operations.isEmpty, let device = sweep.take(), mayBeCut(device) { operations = [.cutAgain(device)] }
      }
    }
    guard !operations.isEmpty else { return nil }
    batches += 1
    let batch = InFlight(
      operations: operations, correlation: String(batches), since: now, isBackground: isBackground)
    inFlight = batch
    return .send(operations.flatMap(\.commands), correlation: batch.correlation)
  }

  private mutating func takeShutOuts() -> [Operation] {
    var operations: [Operation] = []
    while operations.count < Self.urgentLimit, let device = urgent.take() {
      if present[device] != nil, !isAdmitted(device) { operations.append(.shutOut(device)) }
    }
    return operations
  }

  private mutating func takeCut(now: Double) -> [Operation] {
    while let (device, due) = dueCuts.min(by: { $0.value < $1.value }), due <= now {
      dueCuts[device] = nil
      strangers.remove(device)
      if mayBeCut(device) { return [.cutAgain(device)] }
    }
    return []
  }

  private func mayBeCut(_ device: DeviceID) -> Bool { !isAdmitted(device) && present[device] == nil }

  private mutating func takeOrdinary() -> [Operation] {
    var operations: [Operation] = []
    while operations.count < Self.backgroundLimit, let device = ordinary.take() {
      if isAdmitted(device) {
        guard present[device] != .whole else { continue }
        let commands = admission(of: device)
        guard operations.isEmpty || operations.reduce(commands.count, { $0 + $1.commands.count }) <= Self.commandLimit
        else {
          ordinary.add(device)
          break
        }
        operations.append(.admit(device, commands))
      } else if roles.contains(device), present[device] == nil {
        operations.append(.forgetRole(device))
      }
    }
    return operations
  }

  private func admission(of device: DeviceID) -> [PluginCommand] {
    var commands: [PluginCommand] = []
    if present[device] != nil { commands.append(.deleteClient(device)) }
    // A role that is there is made again: nobody can say what it allows.
    if roles.contains(device) { commands.append(.deleteRole(device)) }
    commands.append(.createRole(device))
    if strangers.contains(device) || present[device] != nil {
      // Given last, the role ends the connection: the device comes back and subscribes again.
      commands += [.createClient(device, hasRole: false), .addClientRole(device)]
    } else {
      commands.append(.createClient(device, hasRole: true))
    }
    return commands
  }
}
