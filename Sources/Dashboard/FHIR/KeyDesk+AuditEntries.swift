internal import Foundation
internal import HTTPTypes
internal import KeyVaultClient
internal import Store

extension KeyDesk {
  /// An entry of the vault's audit log.
  struct AuditEntry: Decodable, Sendable {
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

  private struct Refusal: Decodable {
    struct Detail: Decodable {
      let code: String
      let reason: String
    }
    let error: Detail
  }

  /// Up to 1,000 entries of the vault's audit log, asked for in a person's name.
  /// - Throws: ``APIProblem`` as the vault refuses, or `KeyVaultError`.
  func auditEntries(from first: UInt64, for signedIn: SignedIn) async throws -> [AuditEntry] {
    guard let vault else { throw APIProblem.vaultUnavailable }
    let reply = try await vault.relay(
      VaultCall(.get, "/v1/audit?from=\(first)"), for: signedIn.account, role: signedIn.role.rawValue)
    guard reply.status == 200 else {
      guard let refusal = try? JSONDecoder().decode(Refusal.self, from: Data(reply.body)) else {
        throw APIProblem.vaultUnavailable
      }
      throw APIProblem(
        status: .init(code: reply.status), code: refusal.error.code, reason: refusal.error.reason)
    }
    do {
      return try JSONDecoder().decode([AuditEntry].self, from: Data(reply.body))
    } catch {
      throw KeyVaultError.badAnswer("the answer is not the JSON that this route gives")
    }
  }
}
