import Gatekeeper
import Wire

/// mosquitto's plugin as far as it was observed: what it keeps, and whose connections it ends.
struct FakePlugin {
  var clients: [DeviceID: Set<DeviceID>] = [:]
  var roles: Set<DeviceID> = []
  private(set) var kicks: [DeviceID] = []
  private(set) var commandCount = 0

  /// What a device may do now: something only with its role.
  func mayAct(_ device: DeviceID) -> Bool { clients[device]?.contains(device) == true && roles.contains(device) }

  mutating func answer(_ commands: [PluginCommand], _ correlation: String) -> PluginAnswer {
    PluginAnswer(correlation: correlation, results: commands.map { carryOut($0) })
  }

  private mutating func carryOut(_ command: PluginCommand) -> PluginAnswer.Result {
    commandCount += 1
    switch command {
    case .createRole(let device):
      return roles.insert(device).inserted ? .init() : .init(error: "Role already exists")
    case .deleteRole(let device):
      for client in clients.keys { clients[client]?.remove(device) }
      return roles.remove(device) != nil ? .init() : .init(error: "Role not found")
    case .createClient(let device, let hasRole):
      if clients[device] != nil { return .init(error: "Client already exists") }
      if hasRole, !roles.contains(device) { return .init(error: "Role not found") }
      clients[device] = hasRole ? [device] : []
      return .init()
    case .addClientRole(let device):
      guard clients[device] != nil, roles.contains(device) else { return .init(error: "Internal error") }
      clients[device] = [device]
      kicks.append(device)
      return .init()
    case .deleteClient(let device):
      guard clients.removeValue(forKey: device) != nil else { return .init(error: "Client not found") }
      kicks.append(device)
      return .init()
    case .listClients(let offset):
      let page = clients.sorted { $0.key.name < $1.key.name }.dropFirst(offset).prefix(PluginCommand.listLimit)
      return .init(clients: page.map { .init(name: $0.key.name, isWhole: $0.value == [$0.key]) })
    case .listRoles(let offset):
      return .init(
        roles: roles.map(\.name).sorted().dropFirst(offset).prefix(PluginCommand.listLimit).map { $0 })
    }
  }
}
