internal import Foundation
internal import HTTPTypes
internal import KeyVaultClient
internal import Store

extension KeyDesk {
  /// An entry of the vault's audit log.
  struct AuditEntry: Decodable, Hashable, Sendable {
    let sequence: UInt64
    /// Unix time in microseconds.
    let time: UInt64
    let actor: String
    let action: String
    let outcome: String
    let object: String
    let purpose: String
    let reason: String
  }

  /// Which entries of the vault's audit log are asked for.
  struct AuditSelection: Hashable, Sendable {
    /// The first number.
    var first: UInt64
    /// Most entries.
    var count: Int
    /// Only these times.
    var since: UnixMicroseconds = 0
    var until: UnixMicroseconds = .max
    /// Only this person's, or this service's.
    var person: String?
    /// Only about this object and what lies below it.
    var object: String?

    fileprivate var path: String {
      var path = "/v1/audit?from=\(first)&count=\(count)"
      if since > 0 { path += "&since=\(since)" }
      if until < .max { path += "&until=\(until)" }
      for (name, value) in [("person", person), ("object", object)] {
        if let value { path += "&\(name)=\(value.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")" }
      }
      return path
    }
  }

  private struct Refusal: Decodable {
    struct Detail: Decodable {
      let code: String
      let reason: String
    }
    let error: Detail
  }

  /// Entries of the vault's audit log, asked for in a person's name.
  /// - Throws: ``APIProblem`` as the vault refuses, or `KeyVaultError`.
  func auditEntries(_ selection: AuditSelection, for signedIn: SignedIn) async throws -> [AuditEntry] {
    try await ask([AuditEntry].self, selection.path, for: signedIn)
  }

  /// Asks the vault in a person's name and reads its answer.
  /// - Throws: ``APIProblem`` as the vault refuses, or `KeyVaultError`.
  func ask<Answer: Decodable>(_ type: Answer.Type, _ path: String, for signedIn: SignedIn) async throws -> Answer {
    try await ask(type, VaultCall(.get, path), for: signedIn)
  }

  /// The same for any request.
  func ask<Answer: Decodable>(_ type: Answer.Type, _ call: VaultCall, for signedIn: SignedIn) async throws -> Answer {
    guard let vault else { throw APIProblem.vaultUnavailable }
    let reply = try await vault.relay(call, for: signedIn.account, role: signedIn.role.rawValue)
    guard reply.status == 200 else {
      guard let refusal = try? JSONDecoder().decode(Refusal.self, from: Data(reply.body)) else {
        throw APIProblem.vaultUnavailable
      }
      throw APIProblem(
        status: .init(code: reply.status), code: refusal.error.code, reason: refusal.error.reason)
    }
    do {
      return try JSONDecoder().decode(type, from: Data(reply.body))
    } catch is DecodingError {
      throw KeyVaultError.badAnswer("the answer is not the JSON that this route gives")
    }
  }
}
