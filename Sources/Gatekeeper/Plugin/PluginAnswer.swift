internal import Foundation
internal import Wire

/// What the plugin says to one message of commands.
package struct PluginAnswer: Sendable {
  /// A client that the plugin knows.
  package struct Client: Sendable, Hashable {
    /// Its name.
    package let name: String
    /// Whether it is enabled and holds exactly the role of its own name.
    package let isWhole: Bool

    /// States it.
    package init(name: String, isWhole: Bool) {
      self.name = name
      self.isWhole = isWhole
    }
  }

  /// What it says to one command.
  package struct Result: Sendable {
    /// The fault, in the plugin's words; `nil` when it was done.
    package let error: String?
    /// With `listClients`.
    package let clients: [Client]
    /// With `listRoles`.
    package let roles: [String]

    /// Whether a command was done, or had been done before.
    package func isDone(_ command: PluginCommand) -> Bool {
      switch (command, error) {
      case (_, nil), (.deleteClient, "Client not found"), (.deleteRole, "Role not found"),
        (.createRole, "Role already exists"), (.createClient(_, hasRole: false), "Client already exists"):
        true
      default: false
      }
    }
  }

  /// What the request carried.
  package let correlation: String?
  /// One for each command, in order.
  package let results: [Result]

  /// Puts an answer together.
  package init(correlation: String?, results: [Result]) {
    self.correlation = correlation
    self.results = results
  }

  /// Reads a message; `nil` if it is not as the plugin writes it.
  package init?(decoding payload: [UInt8]) {
    guard let message = try? JSONDecoder().decode(Message.self, from: Data(payload)) else { return nil }
    correlation = message.responses.first?.correlationData
    results = message.responses.map { response in
      Result(
        error: response.error,
        clients: (response.data?.clients ?? []).map { client in
          Client(
            name: client.username,
            isWhole: client.disabled != true && client.roles?.map(\.rolename) == [client.username])
        }, roles: response.data?.roles ?? [])
    }
  }

  private struct Message: Decodable {
    struct Response: Decodable {
      let error: String?
      let correlationData: String?
      let data: Content?
    }
    struct Content: Decodable {
      let clients: [Client]?
      let roles: [String]?
    }
    struct Client: Decodable {
      let username: String
      let disabled: Bool?
      let roles: [PluginRoleName]?
    }
    let responses: [Response]
  }
}

extension PluginAnswer.Result {
  /// Says that a command was done, or why not.
  package init(error: String? = nil) { self.init(error: error, clients: [], roles: []) }

  /// Lists.
  package init(clients: [PluginAnswer.Client] = [], roles: [String] = []) {
    self.init(error: nil, clients: clients, roles: roles)
  }
}
