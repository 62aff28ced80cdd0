internal import NIOHTTP1

/// A request to the vault that is passed on for somebody else.
package struct VaultCall: Hashable, Sendable {
  /// What is done with the path.
  package enum Method: String, Sendable {
    /// Read it.
    case get = "GET"
    /// Change something.
    case post = "POST"
    /// Take something back.
    case delete = "DELETE"
  }

  /// The method.
  package let method: Method
  /// Path and query, escaped.
  package let path: String
  /// JSON, for what has a body.
  package let body: [UInt8]?

  /// Describes a request.
  package init(_ method: Method, _ path: String, body: [UInt8]? = nil) {
    self.method = method
    self.path = path
    self.body = body
  }
}

/// What the vault said, whatever it said.
package struct VaultReply: Hashable, Sendable {
  /// HTTP status.
  package let status: Int
  /// JSON; of a refusal `{"error": {"code": "…", "reason": "…"}}`.
  package let body: [UInt8]

  /// Describes an answer.
  package init(status: Int, body: [UInt8]) {
    self.status = status
    self.body = body
  }
}

/// Asks the vault on behalf of persons who are signed in elsewhere.
package protocol KeyAdministration: Sendable {
  /// Passes a request on. The vault decides by its own table what a person of this role may do.
  /// - Parameters:
  ///   - call: The request.
  ///   - account: Name of the person's account.
  ///   - role: Its role.
  /// - Returns: the answer, refusals included.
  /// - Throws: ``KeyVaultError`` only when there is no answer.
  func relay(
    _ call: VaultCall, for account: String, role: String
  ) async throws(KeyVaultError) -> VaultReply
  /// Closes the connections.
  func close() async
}

extension VaultOperator: KeyAdministration {
  /// See ``KeyAdministration/relay(_:for:role:)``.
  package func relay(
    _ call: VaultCall, for account: String, role: String
  ) async throws(KeyVaultError) -> VaultReply {
    let (status, answer) = try await speaking(for: account, role: role).connection
      .exchange(HTTPMethod(rawValue: call.method.rawValue), call.path, body: call.body)
    return VaultReply(status: status, body: answer)
  }
}
