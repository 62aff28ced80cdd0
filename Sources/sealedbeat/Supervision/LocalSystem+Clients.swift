import Dashboard
import Foundation
import KeyVaultClient
import Store

/// A running `sealedbeat up`, found through its data directory.
struct RunningSystem: Sendable {
  let data: DataDirectory
  let addresses: LocalSystem.Addresses

  /// Reads `state.json`.
  init(dataDirectory: String) throws {
    data = try DataDirectory(dataDirectory)
    guard let contents = FileManager.default.contents(atPath: data.state),
      let state = try? JSONDecoder().decode(LocalSystem.State.self, from: contents),
      FileManager.default.fileExists(atPath: state.addresses.credentials)
    else {
      throw SupervisionFault("No `sealedbeat up` runs on \(data.path).")
    }
    addresses = state.addresses
  }

  /// Whether one runs on a data directory.
  static func isRunning(dataDirectory: String) -> Bool { (try? RunningSystem(dataDirectory: dataDirectory)) != nil }

  /// Names a system that this process supervises itself.
  init(_ system: LocalSystem) {
    data = system.data
    addresses = system.addresses
  }

  private func vault(as service: String) throws -> VaultClient {
    let credentials = "\(addresses.credentials)/\(service)"
    return try VaultClient(
      VaultClientConfiguration(
        url: addresses.vaultURL, certificatePath: "\(credentials)/identity.pem", keyPath: "\(credentials)/identity.key",
        authorityPath: "\(credentials)/service-ca.pem"))
  }

  /// The vault, asked with the identity of a service; closed when `body` is done.
  func withVault<Value>(as service: String, _ body: (VaultClient) async throws -> Value) async throws -> Value {
    try await vault(as: service).whileOpen(body)
  }

  /// The store, to read everything and write the registry.
  func store() async throws -> SQLiteStore { try await SQLiteStore.open(directory: data.store, writing: [.registry]) }
}
