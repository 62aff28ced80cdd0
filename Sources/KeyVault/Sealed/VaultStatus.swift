/// Whether the vault is sealed, and what it waits for.
package struct VaultStatus: Hashable, Sendable, Codable {
  /// Whether its keys are out of reach.
  package let isSealed: Bool
  /// When it was sealed or unsealed last: Unix time in microseconds.
  package let since: UInt64
}
