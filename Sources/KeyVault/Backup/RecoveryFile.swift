package import Foundation
internal import Sealing
internal import Wire

/// The key of present backups, wrapped by the root: kept apart from them, and replaced after every destruction. A backup
/// opens with it and the root, and with neither alone.
package struct RecoveryFile: Sendable, Codable, Hashable {
  static let format = "SealedBeat vault recovery 1"

  /// Of this form.
  package let format: String
  /// Version of the backup key.
  package let keyVersion: UInt32
  /// State of the key, part of its wrapping.
  package let state: KeyState
  /// The wrapped key, hexadecimal.
  package let wrapped: String
  /// What wraps it.
  package let root: RootDescription

  init(_ key: KeyHierarchy.Stored, header: VaultHeader) {
    format = Self.format
    keyVersion = key.version
    state = key.state
    wrapped = key.wrapped.hex
    root = header.root
  }

  /// Reads a recovery file.
  /// - Throws: ``VaultError/Code/badRequest`` for anything else.
  package static func decode(_ bytes: Data) throws(VaultError) -> RecoveryFile {
    guard let file = try? JSONDecoder().decode(RecoveryFile.self, from: bytes), file.format == Self.format else {
      throw VaultError(.badRequest, "this is no recovery file of a vault")
    }
    return file
  }

  func open(root key: any RootKey) throws(VaultError) -> SecretBytes {
    try key.unwrap(
      [UInt8](hex: wrapped) ?? [],
      context: KeyContext.own(.backup, version: keyVersion, state: state, root: root.version).encoded)
  }
}
