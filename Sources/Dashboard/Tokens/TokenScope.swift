package import Store

/// What a token may be used for. It never reaches further than its account: role and patients are asked as well.
package enum TokenScope: String, CaseIterable, Sendable {
  /// The ward and patients as they are now, and the live stream.
  case readWard = "ward:read"
  /// Signals, beats, sessions, exports.
  case readSignals = "signal:read"
  /// Alerts.
  case readAlerts = "alerts:read"
  /// Acknowledging and whatever else changes an alert.
  case writeAlerts = "alerts:write"
  /// FHIR resources.
  case readFHIR = "fhir:read"
  /// Who wears what, telemetry quality.
  case readRegistry = "registry:read"
  /// The key inventory and the vault's audit log.
  case readKeys = "keys:read"

  /// Roles whose accounts may have such a token.
  package var roles: Set<Role> {
    switch self {
    case .readWard, .readSignals, .readAlerts, .writeAlerts: [.clinician]
    case .readFHIR: Set(Role.allCases)
    case .readRegistry, .readKeys: [.administrator, .auditor]
    }
  }
}

extension Endpoint {
  /// What a token needs for it; `nil` where no token is taken: an account, its sign-ins and tokens, and all administration are for
  /// persons alone. A new route takes none until it is named here.
  package var tokenScope: TokenScope? {
    if rule == .everybody { return nil }
    if path.hasPrefix("/fhir/") { return .readFHIR }
    if path.hasPrefix("/api/alerts") { return changesState ? .writeAlerts : .readAlerts }
    guard !changesState else { return nil }
    if path == "/api/ward" || path == "/api/patients/{pseudonym}" || path == "/api/events" { return .readWard }
    if path.hasPrefix("/api/patients/{pseudonym}/") { return .readSignals }
    if path == "/api/patients" || path == "/api/devices" { return .readRegistry }
    if path.hasPrefix("/api/keys/") { return .readKeys }
    return nil
  }
}
