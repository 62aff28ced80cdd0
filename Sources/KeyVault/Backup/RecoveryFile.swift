package import Foundation
package import Sealing
internal import Wire

/// The key of present backups, wrapped by the root: kept apart from them, and replaced after every destruction. A backup
/// opens with it and the root, and with neither alone.
package struct RecoveryFile: Sendable, Codable, Hashable {
  static let format = "SealedBeat vault recovery 1"

  /// Of this form.
  package let format: String
  /// Version of the backup key.
  package let keyVersion: UInt32
  /// Version of the root that wraps it.
  package let rootVersion: UInt32
  /// State of the key, part of its wrapping.
  package let state: KeyState
  /// The wrapped key, hexadecimal.
  package let wrapped: String
  /// Of which kind the root is.
  package let rootKind: String
  /// scrypt's salt, hexadecimal; random and unused where the root is no passphrase.
  package let salt: String
  /// scrypt's cost.
  package let cost: KeyDerivation.ScryptCost

  init(_ key: KeyHierarchy.Stored, header: VaultHeader) {
    format = Self.format
    keyVersion = key.version
    rootVersion = key.kek
    state = key.state
    wrapped = key.wrapped.hex
    rootKind = header.rootKind
    salt = header.salt.hex
    cost = header.cost
  }

  /// Reads a recovery file.
  /// - Throws: ``VaultError/Code/badRequest`` for anything else.
  package static func decode(_ bytes: Data) throws(VaultError) -> RecoveryFile {
    guard let file = try? JSONDecoder().decode(RecoveryFile.self, from: bytes), file.format == Self.format else {
      throw VaultError(.badRequest, "this is no recovery file of a vault")
    }
    return file
  }

  func open(root: KeyWrap) throws(VaultError) -> SecretBytes {
    do {
      return try root.unwrap(
        [UInt8](hex: wrapped) ?? [], context: KeyContext.own(.backup, version: keyVersion, state: state).encoded)
    } catch {
      throw VaultError(.wrongRoot, "this root does not open this recovery file")
    }
  }
}
