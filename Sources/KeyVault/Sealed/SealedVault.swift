internal import Foundation
internal import GRDB

/// What can be read of a vault's file without its root, and without holding it: what opens it, and whom to trust.
package struct SealedVault: Sendable {
  /// What opens it.
  package let root: RootDescription
  let trust: PeerTrust

  /// Reads a vault's file.
  /// - Throws: ``VaultError/Code/notInitialised``, ``VaultError/Code/storage`` or ``VaultError/Code/corrupted``.
  package init(directory: String) throws {
    guard VaultFile.exists(in: directory) else {
      throw VaultError(.notInitialised, "there is no vault in \(directory): run `sealedbeat vault init`")
    }
    do {
      var configuration = Configuration()
      configuration.readonly = true
      let queue = try DatabaseQueue(path: directory + "/" + VaultFile.fileName, configuration: configuration)
      defer { try? queue.close() }
      (root, trust) = try queue.read { database in
        func authority(_ name: OwnKey) throws -> AuthorityCertificate {
          guard
            let encoded = try Data.fetchOne(
              database, sql: "SELECT certificate FROM own_key WHERE name = ?", arguments: [name.rawValue])
          else { throw VaultError(.corrupted, "the vault's file lacks the certificate of its \(name.rawValue)") }
          return try AuthorityCertificate(derEncoded: Array(encoded))
        }
        return (
          try VaultHeader(reading: database).root,
          PeerTrust(
            deviceAuthority: try authority(.deviceAuthority), serviceAuthority: try authority(.serviceAuthority))
        )
      }
    } catch let error as VaultError {
      throw error
    } catch {
      throw VaultError(.storage, "the vault's file in \(directory) cannot be read (\(error.databaseReason))")
    }
  }
}
