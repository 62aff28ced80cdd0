package import Wire

/// A promise that one device may enrol once, until a certain time.
package struct Claim: Sendable, Codable {
  /// Longest life of a claim: a working day and a night.
  package static let longestLife: UInt64 = 24 * 3600
  /// Life of a claim that names none, in seconds.
  package static let defaultLife: UInt64 = 3600

  /// Number in the vault.
  package let id: Int64
  /// Who may enrol.
  package let device: DeviceID
  /// Unix time in microseconds.
  package let expires: UInt64
  /// The token, hexadecimal: told once, to the operator; the vault keeps its SHA-256.
  package let token: String
}

/// A claim that could be used now, without its token.
package struct OpenClaim: Sendable, Codable, Hashable {
  /// Number in the vault.
  package let id: Int64
  /// Who may enrol.
  package let device: DeviceID
  /// Unix time in microseconds.
  package let expires: UInt64
}
