internal import Foundation
internal import NIOHTTP1

/// Reading the audit log. Each call is itself recorded in it.
extension VaultOperator {
  /// Up to 1,000 entries as JSON.
  /// - Parameters:
  ///   - first: number of the first one.
  ///   - object: only about this object and what lies below it; any if `nil`.
  ///   - actor: only of this actor; any if `nil`.
  package func audit(
    from first: UInt64, object: String? = nil, actor: String? = nil
  ) async throws(KeyVaultError) -> String {
    var path = "/v1/audit?from=\(first)"
    for (name, value) in [("object", object), ("actor", actor)] {
      if let value { path += "&\(name)=\(Self.escaped(value))" }
    }
    return try await text(path)
  }

  /// All entries from a number on, as JSON lines, piece by piece as they arrive.
  package func exportAudit(from first: UInt64, _ take: ([UInt8]) throws -> Void) async throws {
    try await connection.receive(.GET, "/v1/audit/export?from=\(first)", take)
  }

  /// An inclusion proof of one entry, JSON.
  package func auditProof(of sequence: UInt64) async throws(KeyVaultError) -> String {
    try await text("/v1/audit/proof/\(sequence)")
  }

  /// A consistency proof between two numbers of entries, JSON.
  /// - Parameters:
  ///   - from: the earlier.
  ///   - to: the later; `nil` for the head.
  package func auditConsistency(from: UInt64, to: UInt64?) async throws(KeyVaultError) -> String {
    try await text("/v1/audit/consistency?from=\(from)" + (to.map { "&to=\($0)" } ?? ""))
  }

  private func text(_ path: String) async throws(KeyVaultError) -> String {
    String(decoding: try await connection.send(.GET, path), as: UTF8.self)
  }
}
