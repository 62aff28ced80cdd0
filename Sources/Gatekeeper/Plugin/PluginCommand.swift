internal import Foundation
package import Wire

/// What can be told to mosquitto's dynamic-security plugin. A device's client and its role carry the device's name.
package enum PluginCommand: Hashable, Sendable {
  /// Makes a device's role.
  case createRole(DeviceID)
  /// Removes it.
  case deleteRole(DeviceID)
  /// Makes a device known, with its role or without.
  case createClient(DeviceID, hasRole: Bool)
  /// Gives a device its role, and ends its connection, so that it subscribes again.
  case addClientRole(DeviceID)
  /// Forgets a device and ends its connection; while it is unknown it may do nothing.
  case deleteClient(DeviceID)
  /// Asks for known clients and their roles.
  case listClients(offset: Int)
  /// Asks for roles.
  case listRoles(offset: Int)

  /// Clients or roles in one answer: about 50 KiB.
  package static let listLimit = 500

  /// The longest request, bytes: below `message_size_limit` of mosquitto's configuration.
  package static let requestLimit = 2000

  /// The message with these commands.
  /// - Parameter correlation: comes back in the answer.
  package static func message(_ commands: [PluginCommand], correlation: String) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let bodies = commands.enumerated().map { index, command in
      command.body(correlation: index == 0 ? correlation : nil)
    }
    return Array(try encoder.encode(["commands": bodies]))
  }

  private struct Body: Encodable {
    let command: String
    var username: String?
    var rolename: String?
    var roles: [PluginRoleName]?
    var acls: [AccessRule]?
    var count: Int?
    var offset: Int?
    var verbose: Bool?
    var correlationData: String?
  }

  /// Its name, as the plugin spells it.
  package var name: String { body(correlation: nil).command }

  private func body(correlation: String?) -> Body {
    var body: Body
    switch self {
    case .createRole(let device):
      body = Body(command: "createRole", rolename: device.name, acls: AccessRules.device(device))
    case .deleteRole(let device): body = Body(command: "deleteRole", rolename: device.name)
    case .createClient(let device, let hasRole):
      body = Body(
        command: "createClient", username: device.name, roles: hasRole ? [PluginRoleName(rolename: device.name)] : nil)
    case .addClientRole(let device):
      body = Body(command: "addClientRole", username: device.name, rolename: device.name)
    case .deleteClient(let device): body = Body(command: "deleteClient", username: device.name)
    case .listClients(let offset):
      body = Body(command: "listClients", count: Self.listLimit, offset: offset, verbose: true)
    case .listRoles(let offset):
      body = Body(command: "listRoles", count: Self.listLimit, offset: offset, verbose: false)
    }
    body.correlationData = correlation
    return body
  }
}
