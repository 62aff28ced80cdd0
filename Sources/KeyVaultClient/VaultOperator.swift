internal import Foundation
internal import NIOHTTP1
package import Sealing
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

  private init(connection: VaultConnection) { self.connection = connection }

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
    let answer: VersionAnswer = try decode(
      await connection.send(.DELETE, "/v1/devices/\(device)/suspension?reason=\(Self.escaped(reason))"))
    return answer.version
  }

  /// What a revocation did.
  package struct RevocationAnswer: Decodable, Sendable {
    /// Unix time of the revocation in microseconds.
    package let revoked: UInt64
    /// Whether the gatekeeper has confirmed that mosquitto cut the device.
    package let isCut: Bool
    /// From the vault's receipt of the command to its answer.
    package let milliseconds: Int64
  }

  /// Shuts a device out; answers when mosquitto has cut it, or after 2 s.
  package func revoke(_ device: DeviceID, reason: String) async throws(KeyVaultError) -> RevocationAnswer {
    try decode(await post("/v1/devices/\(device)/revocation", ["reason": reason]))
  }

  /// Lets a revoked device enrol again, with a claim that is made afterwards.
  package func reinstate(_ device: DeviceID, reason: String) async throws(KeyVaultError) {
    _ = try await connection.send(
      .DELETE, "/v1/devices/\(device)/revocation?reason=\(Self.escaped(reason))")
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

  /// Reaches a vault that started sealed, and shows a certificate that no authority has signed.
  /// - Parameter pin: SHA-256 of that certificate, 64 hexadecimal digits; `nil` for a vault with an issued one.
  package init(_ configuration: VaultClientConfiguration, pin: String?) async throws(KeyVaultError) {
    guard let pin else {
      connection = try VaultConnection(configuration)
      return
    }
    let certificate = try await PinnedCertificate.fetch(from: configuration, pin: pin)
    connection = try VaultConnection(configuration, trusting: certificate)
  }

  /// Gives a share to a sealed vault, or lets it read its root again.
  /// - Parameter share: the text of a share; `nil` where the vault's root is not made of shares.
  /// - Returns: its status, JSON.
  package func unseal(share: SecretBytes?) async throws(KeyVaultError) -> String {
    var body = share.map { $0.withUnsafeBytes { Array($0) } } ?? []
    defer { body.wipe() }
    return text(try await connection.send(.POST, "/v1/unseal", body: body, contentType: "text/plain"))
  }

  /// Seals the vault: until it is unsealed it releases no key and answers ``KeyVaultError/sealed``.
  /// - Returns: its status, JSON.
  package func seal() async throws(KeyVaultError) -> String {
    text(try await connection.send(.POST, "/v1/seal"))
  }

  /// Reads a listing.
  package func read(_ listing: Listing) async throws(KeyVaultError) -> String {
    text(try await connection.send(.GET, listing.path))
  }

  /// Carries out a change; returns the vault's answer, JSON.
  package func carryOut(_ change: Change, reason: String) async throws(KeyVaultError) -> String {
    let (method, path, body) = change.call(reason: reason)
    guard let body else { return text(try await connection.send(method, path)) }
    guard let bytes = try? JSONEncoder().encode(body) else {
      throw .badAnswer("the request cannot be written as JSON")
    }
    return text(try await connection.send(method, path, body: Array(bytes), contentType: "application/json"))
  }

  /// Has the vault make a sealed backup of itself, and hands it on piece by piece.
  package func backup(_ write: ([UInt8]) async throws -> Void) async throws {
    try await connection.receive(.POST, "/v1/backup", write)
  }

  /// Speaks for a person who is signed in elsewhere: only where this service holds the grant `people`.
  /// - Parameters:
  ///   - name: of the account.
  ///   - role: of the account.
  package func speaking(for name: String, role: String) -> VaultOperator {
    VaultOperator(connection: connection.adding(["sealedbeat-person": name, "sealedbeat-role": role]))
  }

  static func escaped(_ text: String) -> String {
    text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
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
