internal import Foundation
internal import NIOHTTP1
package import Wire

/// The operator's side of the vault: claims, rotation, suspension, grants, inventory, audit.
package final class VaultOperator: Sendable {
  /// A claim and what a device needs with it.
  package struct ClaimAnswer: Decodable, Sendable {
    /// The claim itself.
    package struct Claim: Decodable, Sendable {
      /// Number in the vault.
      package let id: Int64
      /// Who may enrol.
      package let device: DeviceID
      /// Unix time in microseconds.
      package let expires: UInt64
      /// 32 bytes, hexadecimal: a secret.
      package let token: String
    }

    /// The claim.
    package let claim: Claim
    /// The vault's HPKE public key: an uncompressed P-256 point of 65 bytes, hexadecimal.
    package let hpkePublicKey: String
    /// Certificate of the service CA.
    package let caPEM: String
  }

  private struct VersionAnswer: Decodable {
    let version: KeyVersion
  }

  let connection: VaultConnection

  /// - Parameter configuration: with the identity `svc.operator`.
  package init(_ configuration: VaultClientConfiguration) throws(KeyVaultError) {
    connection = try VaultConnection(configuration)
  }

  /// Makes a one-time claim.
  package func claim(_ device: DeviceID, lifeSeconds: UInt64?) async throws(KeyVaultError) -> ClaimAnswer {
    struct Body: Encodable {
      let device: DeviceID
      let lifeSeconds: UInt64?
    }
    return try decode(await post("/v1/claims", Body(device: device, lifeSeconds: lifeSeconds)))
  }

  /// Revokes a claim that was not used.
  package func revokeClaim(_ id: Int64) async throws(KeyVaultError) {
    _ = try await connection.send(.DELETE, "/v1/claims/\(id)")
  }

  /// Marks a device for a new data key; returns the version to command it to make.
  package func requestRotation(_ device: DeviceID) async throws(KeyVaultError) -> KeyVersion {
    let answer: VersionAnswer = try decode(await connection.send(.POST, "/v1/devices/\(device)/rotation"))
    return answer.version
  }

  /// Suspends a device's active key; returns its version.
  package func suspend(_ device: DeviceID, reason: String) async throws(KeyVaultError) -> KeyVersion {
    let answer: VersionAnswer = try decode(await post("/v1/devices/\(device)/suspension", ["reason": reason]))
    return answer.version
  }

  /// Resumes a device's suspended key; returns its version.
  package func resume(_ device: DeviceID, reason: String) async throws(KeyVaultError) -> KeyVersion {
    let words = reason.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    let answer: VersionAnswer = try decode(
      await connection.send(.DELETE, "/v1/devices/\(device)/suspension?reason=\(words)"))
    return answer.version
  }

  /// Adds a grant.
  /// - Parameters:
  ///   - device: `nil` for all devices.
  ///   - purpose: `session`, `findings` or `patients`.
  ///   - expires: Unix time in microseconds; `nil` for never.
  /// - Returns: the grant, JSON.
  package func addGrant(
    _ service: ServiceID, device: DeviceID?, purpose: String, expires: UInt64? = nil
  ) async throws(KeyVaultError) -> String {
    struct Body: Encodable {
      let service: ServiceID
      let device: DeviceID?
      let purpose: String
      let expires: UInt64?
    }
    return text(
      try await post("/v1/grants", Body(service: service, device: device, purpose: purpose, expires: expires)))
  }

  /// Removes a grant.
  package func removeGrant(_ id: Int64) async throws(KeyVaultError) {
    _ = try await connection.send(.DELETE, "/v1/grants/\(id)")
  }

  /// What an operator may read, as the JSON that the vault answers.
  package enum Listing: Sendable {
    /// Grants.
    case grants
    /// Up to 1,000 devices and their keys, after a name.
    case devices(after: String)
    /// One device and its keys.
    case device(DeviceID)
    /// Up to 1,000 audit entries, from a number.
    case audit(from: UInt64)
    /// Whether the audit log is whole.
    case auditVerification
    /// The overview.
    case report

    var path: String {
      switch self {
      case .grants: "/v1/grants"
      case .devices(let name): "/v1/devices?after=\(name)"
      case .device(let device): "/v1/devices/\(device)"
      case .audit(let first): "/v1/audit?from=\(first)"
      case .auditVerification: "/v1/audit/verification"
      case .report: "/v1/report"
      }
    }
  }

  /// Reads a listing.
  package func read(_ listing: Listing) async throws(KeyVaultError) -> String {
    text(try await connection.send(.GET, listing.path))
  }

  /// Closes the connections.
  package func close() async { await connection.close() }

  private func post(_ path: String, _ body: some Encodable) async throws(KeyVaultError) -> [UInt8] {
    guard let bytes = try? JSONEncoder().encode(body) else { throw .badAnswer("the request cannot be written as JSON") }
    return try await connection.send(.POST, path, body: Array(bytes), contentType: "application/json")
  }

  private func decode<Value: Decodable>(_ answer: [UInt8]) throws(KeyVaultError) -> Value {
    do {
      return try JSONDecoder().decode(Value.self, from: Data(answer))
    } catch {
      throw .badAnswer("the answer is not the JSON that this route gives")
    }
  }

  private func text(_ answer: [UInt8]) -> String { String(decoding: answer, as: UTF8.self) }
}
