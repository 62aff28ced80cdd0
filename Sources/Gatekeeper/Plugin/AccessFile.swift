internal import Foundation
package import Wire

/// The plugin's file, `dynamic-security.json`: what mosquitto starts with. It holds no password: who a client is, its
/// certificate says.
package struct AccessFile: Encodable {
  private struct Defaults: Encodable {
    let publishClientSend = false
    let publishClientReceive = false
    let subscribe = false
    let unsubscribe = false
  }

  private struct Client: Encodable {
    let username: String
    let roles: [PluginRoleName]
  }

  private struct Role: Encodable {
    let rolename: String
    let acls: [AccessRule]
  }

  private let defaultACLAccess = Defaults()
  private let clients: [Client]
  private let groups: [String] = []
  private let roles: [Role]

  /// Names the devices that may connect, besides the broker and the gatekeeper.
  package init(devices: [DeviceID]) {
    let sorted = devices.sorted { $0.name < $1.name }
    roles =
      [
        Role(rolename: ServiceID.broker.rawValue, acls: AccessRules.broker),
        Role(rolename: ServiceID.gatekeeper.rawValue, acls: AccessRules.gatekeeper),
      ] + sorted.map { Role(rolename: $0.name, acls: AccessRules.device($0)) }
    clients = roles.map { Client(username: $0.rolename, roles: [PluginRoleName(rolename: $0.rolename)]) }
  }

  /// Whether mosquitto could start with a file so that the gatekeeper can do its work: it is JSON, and gives both services
  /// the rules that they need.
  package static func isReadable(_ contents: [UInt8]) -> Bool {
    struct File: Decodable {
      struct Role: Decodable {
        let rolename: String
        let acls: [Rule]
      }
      struct Rule: Decodable, Hashable {
        let acltype: String
        let topic: String
        let allow: Bool
      }
      let roles: [Role]
    }
    guard let file = try? JSONDecoder().decode(File.self, from: Data(contents)) else { return false }
    return [(ServiceID.broker, AccessRules.broker), (.gatekeeper, AccessRules.gatekeeper)].allSatisfy {
      service, rules in
      file.roles.contains { role in
        role.rolename == service.rawValue
          && Set(role.acls)
            == Set(rules.map { File.Rule(acltype: $0.acltype.rawValue, topic: $0.topic, allow: $0.allow) })
      }
    }
  }

  /// The text of the file.
  package func render() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }
}

struct PluginRoleName: Codable, Hashable, Sendable {
  let rolename: String
}
