package import Sealing

/// Whether the vault is sealed, and what opens it. Nothing of it is secret.
package struct VaultStatus: Hashable, Sendable, Codable {
  /// Shares of custodians.
  package struct Shares: Hashable, Sendable, Codable {
    /// The split that they must be of.
    package let set: String
    /// How many were given; 0 once the vault is open.
    package let given: Int
    /// How many open the vault.
    package let needed: Int
  }

  /// Whether its keys are out of reach.
  package let isSealed: Bool
  /// When it was sealed or unsealed last: Unix time in microseconds.
  package let since: UInt64
  /// The form of the root that opens it.
  package let rootKind: RootDescription.Kind
  /// 1 for the first root, one more with every rotation.
  package let rootVersion: UInt32
  /// Tells roots apart, and says nothing about them.
  package let rootFingerprint: String
  /// Where shares open it.
  package let shares: Shares?
  /// SHA-256 of the certificate (DER) of the listeners, hexadecimal, while no authority of the vault has signed it.
  package let pin: String?
  /// Which memory of the vault cannot be swapped.
  package let lockedMemory: ProcessHardening.Locking
}
