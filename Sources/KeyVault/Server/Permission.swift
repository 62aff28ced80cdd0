internal import HTTPTypes
internal import Hummingbird
internal import Wire

/// What a route asks of whoever calls it, beside a service's own business.
package enum Permission: String, Sendable, CaseIterable {
  /// Administer keys. Nobody who may can read an ECG: no key is ever released to a person.
  case administer
  /// Read everything about keys.
  case readKeys
  /// Read the audit log.
  case readAudit

  /// Whether a role has it: an auditor reads everything about keys and changes nothing.
  package func isGranted(to role: PersonRole) -> Bool {
    switch (self, role) {
    case (_, .custodian), (.readKeys, .auditor), (.readAudit, .auditor): true
    case (.administer, .auditor): false
    }
  }
}

/// How the dashboard says on whose behalf it asks: the name and role of an account that is signed in there.
package enum RelayedPerson {
  /// Name of the account.
  package static let nameHeader = "sealedbeat-person"
  /// Its role there.
  package static let roleHeader = "sealedbeat-role"

  /// What an account of the dashboard is called in the audit log.
  static func actor(_ account: String) -> String { "dashboard:\(account)" }

  /// What an account's role in the dashboard is here: a clinician touches no key.
  static func role(_ text: String) -> PersonRole? {
    switch text {
    case "administrator": .custodian
    case "auditor": .auditor
    default: nil
    }
  }
}

extension ServiceRoutes {
  /// Who asks, if they may; otherwise they are refused, and the refusal is recorded.
  ///
  /// Those who may ask at all: the operator's console, persons with a certificate of their own, and, where it holds the
  /// grant `people`, the dashboard on behalf of an account.
  /// - Returns: the actor of the audit entry.
  func actor(
    _ request: Request, _ context: VaultRequestContext, may permission: Permission
  ) async throws -> String {
    let peer = try await identity(context)
    var asking = peer.actor
    switch peer {
    case .service(.operatorConsole): return peer.actor
    case .person(let name, let serial):
      if let role = try authority.role(ofPerson: name, serial: serial), permission.isGranted(to: role) {
        return peer.actor
      }
    case .service(.dashboard):
      guard let (name, role) = try relayedPerson(request) else { break }
      asking = RelayedPerson.actor(name)
      if let role, permission.isGranted(to: role) { return asking }
    case .service, .device: break
    }
    throw try await refusal(context, "this route is for those who may \(permission.rawValue)", actor: asking)
  }

  private func relayedPerson(_ request: Request) throws -> (name: String, role: PersonRole?)? {
    func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { request.headers[$0] } }
    guard let name = header(RelayedPerson.nameHeader), (1...64).contains(name.utf8.count),
      name.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
      try authority.mayRelayPeople(.dashboard)
    else { return nil }
    return (name, header(RelayedPerson.roleHeader).flatMap { RelayedPerson.role($0) })
  }
}
