import Foundation
import KeyVaultClient
import Store

extension ServiceProcess {
  /// The store in the data directory; a fault in it is one sentence and exit code 65 or 69.
  static func openStore(_ settings: Settings, writing areas: Set<StoreArea>) async throws -> SQLiteStore {
    try await SQLiteStore.open(directory: DataDirectory(settings[Keys.dataDirectory]).store, writing: areas)
  }

  /// The key vault, asked with this service's identity.
  static func vault(_ settings: Settings) throws -> VaultClient {
    try VaultClient(vaultConfiguration(settings))
  }

  /// Where the key vault is, and this service's identity.
  static func vaultConfiguration(_ settings: Settings) throws -> VaultClientConfiguration {
    VaultClientConfiguration(
      url: "https://\(settings[Keys.vaultHost]):\(settings[Keys.vaultPort])",
      credentials: try credentials(settings))
  }
}
