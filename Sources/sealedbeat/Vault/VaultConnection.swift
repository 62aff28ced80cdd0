import KeyVaultClient

/// A connection to the vault, to be closed when whoever opened it is done.
protocol VaultConnection: Sendable {
  func close() async
}

extension VaultClient: VaultConnection {}
extension VaultOperator: VaultConnection {}

extension VaultConnection {
  /// Runs `body` with the connection, and closes it whether that succeeds or fails.
  func whileOpen<Value>(_ body: (Self) async throws -> Value) async throws -> Value {
    do {
      let value = try await body(self)
      await close()
      return value
    } catch {
      await close()
      throw error
    }
  }
}
