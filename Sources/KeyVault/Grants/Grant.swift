package import Wire

/// What a grant is for.
package enum GrantPurpose: String, Sendable, CaseIterable, Codable {
  /// Keys that open chunks.
  case session
  /// Keys that open and seal findings, checkpoints and alerts.
  case findings
  /// The key of patients' identities.
  case patients
  /// The key of alert plans: who is told of a patient's alerts, and how.
  case plans
  /// No key: to pass on what people who are signed in elsewhere ask for (``PeerIdentity/person(_:)``).
  case people
}

/// Permission of one service to receive one kind of key, of one device or of all.
package struct Grant: Hashable, Sendable, Codable {
  /// Number in the vault.
  package let id: Int64
  /// Who.
  package let service: ServiceID
  /// Of which device; `nil` for all, those to come included.
  package let device: DeviceID?
  /// What for.
  package let purpose: GrantPurpose
  /// Unix time in microseconds after which it is void; `nil` for never.
  package let expires: UInt64?
}
