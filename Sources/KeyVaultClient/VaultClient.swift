internal import NIOHTTP1
public import Sealing
internal import Wire

/// Asks the vault for keys, over mutual TLS 1.3.
///
/// A lost connection is tried once more; anything else is the caller's to repeat. Call ``close()`` at the end.
public final class VaultClient: SessionKeySource {
  let connection: VaultConnection

  /// Reads the service's identity. Connects with the first request.
  /// - Throws: ``KeyVaultError/forbidden(_:)`` if a file cannot be read.
  public init(_ configuration: VaultClientConfiguration) throws(KeyVaultError) {
    connection = try VaultConnection(configuration)
  }

  /// Asks for the keys of several sessions; see ``SessionKeySource/sessionKeys(_:)``.
  public func sessionKeys(_ requests: [SessionKeyRequest]) async throws(KeyVaultError) -> [SessionKeyAnswer] {
    guard requests.count <= SessionKeyRequest.batchLimit else {
      throw .forbidden("more than \(SessionKeyRequest.batchLimit) sessions in one request")
    }
    guard !requests.isEmpty else { return [] }
    let answer = try await connection.send(
      .POST, "/v1/session-keys", body: SessionKeyExchange.encode(requests), isRepeatable: true)
    return try SessionKeyExchange.decode(answer, to: requests)
  }

  /// Asks for the key of a kind of records; see ``SessionKeySource/recordKey(_:)``.
  public func recordKey(_ purpose: RecordKeyPurpose) async throws(KeyVaultError) -> SecretBytes {
    let answer = try await connection.send(
      .POST, "/v1/record-key", body: SessionKeyExchange.encode(purpose), isRepeatable: true)
    return try SessionKeyExchange.decodeRecordKey(answer)
  }

  /// Closes the connections.
  public func close() async { await connection.close() }
}
